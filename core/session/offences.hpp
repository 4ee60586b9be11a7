#pragma once

#include "core/async/timer_queue.hpp"
#include "core/session/session_settings.hpp"

#include <deque>

namespace clarion::session {

/// Counts the bad frames of one connection within the last minute (PROTOCOL §1).
class offences {
public:
    void add(time_point now) {
        while (!times_.empty() && now - times_.front() >= offence_window)
            times_.pop_front();
        times_.push_back(now);
    }

    bool too_many() const { return times_.size() >= offences_max; }

private:
    std::deque<time_point> times_;
};

}  // namespace clarion::session
