#pragma once

#include "core/trace/recording.hpp"

#include <string>

namespace clarion::trace {

/// A recording in the Trace Event Format (JSON), for ui.perfetto.dev and chrome://tracing. Each
/// thread is a track: a slice for every turn of a coroutine, within it those that it called. Each
/// spawned coroutine is an async track, where its waits are slices. Arrows (flows) lead from where
/// a coroutine was made to where it begins, and from a wait to where it goes on. Marks are
/// instants. Slices of a thread nest, whatever part of them the recording has.
std::string to_chrome_json(const recording& of);

}  // namespace clarion::trace
