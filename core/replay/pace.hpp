#pragma once

#include "core/async/timer_queue.hpp"
#include "core/protocol/events.hpp"

#include <chrono>
#include <cstdint>

namespace clarion::replay {

/// The pauses of a recording as they were, divided by `speed`. One in which the thread waited for a
/// person, before a message to a thread at rest or before a decision, counts as `person_ms_max` at
/// most: nobody watches a night go by.
struct pace {
    /// From `speed_min` to `speed_max`.
    double speed = 1;

    static constexpr double speed_min = 0.001;
    static constexpr double speed_max = 1e6;
    static constexpr std::int64_t person_ms_max = 3000;
    /// No pause is longer, whatever the timestamps say.
    static constexpr duration pause_max = std::chrono::hours(24 * 366);

    /// How long after `before` its next event is due; never negative, though clocks are set back.
    duration between(const protocol::event& before, const protocol::event& next) const;
};

}  // namespace clarion::replay
