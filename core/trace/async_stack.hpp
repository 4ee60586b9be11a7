#pragma once

#include <cstddef>
#include <source_location>
#include <string>
#include <vector>

namespace clarion::trace {

/// Where the running coroutine is: `here`, then the `co_await` of whoever awaits it, and so on to
/// the one that was spawned, then those that made it, as far as they live: "core/a.cpp:12 in f".
/// Innermost first; `here` alone outside of any coroutine. The calling thread's.
std::vector<std::string> async_stack(const std::source_location& here, std::size_t frames_max);

}  // namespace clarion::trace
