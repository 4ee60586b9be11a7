#pragma once

#include "core/trace/recording.hpp"

#include <string>

namespace clarion::trace {

/// A recording for people: after what is missing of it, a block for each tag (connection, run) and
/// one for what has none, in each a line an entry: time since the first, thread, coroutine, what
/// happened, where.
std::string to_timeline(const recording& of);

}  // namespace clarion::trace
