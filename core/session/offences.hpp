#pragma once

#include "core/async/timer_queue.hpp"
#include "core/session/session_settings.hpp"

#include <vector>

namespace clarion::session {

/// Counts the bad frames of one connection within the last minute (PROTOCOL §1).
class offences {
public:
    void add(time_point now) {
        std::erase_if(times_, [now](time_point then) { return now - then >= offence_window; });
        times_.push_back(now);
    }

    bool too_many() const { return times_.size() >= offences_max; }

private:
    std::vector<time_point> times_;  // offences_max at most
};

}  // namespace clarion::session
