#pragma once

#include "core/async/timer_queue.hpp"

#include <chrono>

namespace clarion {

/// The clock of `shard::now`, for threads that are no shard's. What runs on a shard asks its
/// scheduler, whose time a test can be in charge of.
inline time_point monotonic_now() noexcept {
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace clarion
