#pragma once

#include "core/failure/logger.hpp"
#include "net/http/router.hpp"

#include <vector>

namespace clarion::app {

/// Recordings as docs/tracing.md describes their file:
/// - `GET /debug/trace`: what the threads have recorded, the last `?seconds=N` of it. Without the
///   level `events` that is what was recorded while it was on, and who is alive.
/// - `POST /debug/trace/record {"seconds":N}`: records so long, and answers with the file. What the
///   lints find in it goes to `log`, with the tree. One at a time (409).
/// - `POST /debug/trace/level {"level":"off|live|events"}`.
std::vector<http::route> trace_routes(const failure::logger& log);

}  // namespace clarion::app
