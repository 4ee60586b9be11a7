#pragma once

#include "core/async/random_source.hpp"
#include "core/async/timer_queue.hpp"

#include <algorithm>
#include <cstdint>

namespace clarion::chat {

inline constexpr milliseconds first_retry_max{250};
inline constexpr milliseconds retry_max{4000};

/// How long to wait before the next attempt, after `failures` in a row (from 0): full jitter, at
/// most 250 ms at first, twice the room each time, never above 4 s.
inline milliseconds retry_delay(unsigned failures, random_source& random) {
    constexpr unsigned doublings_max = 8;
    const milliseconds room =
        std::min(retry_max, first_retry_max * (1U << std::min(failures, doublings_max)));
    const auto most = static_cast<std::uint64_t>(room.count());
    return milliseconds(static_cast<std::int64_t>(random.below(most + 1)));
}

}  // namespace clarion::chat
