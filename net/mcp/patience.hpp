#pragma once

#include "core/async/timer_queue.hpp"

#include <algorithm>
#include <chrono>

namespace clarion::mcp {

/// How long an answer may take.
struct patience_limits {
    duration silent = std::chrono::seconds(30);  ///< without an answer and without progress
    duration total = std::chrono::minutes(10);   ///< whatever progress there is
};

/// The deadline of one request: progress begins it anew, up to a maximum that nothing moves.
class patience {
public:
    patience(patience_limits limits, time_point began)
        : limits_(limits), total_until_(after(began, limits.total)) {
        progressed(began);
    }

    void progressed(time_point now) { until_ = std::min(after(now, limits_.silent), total_until_); }
    time_point until() const { return until_; }
    time_point total_until() const { return total_until_; }

    /// For what stays open until somebody closes it.
    static constexpr patience_limits endless() { return {duration::max(), duration::max()}; }

private:
    static time_point after(time_point from, duration time) {
        return time == duration::max() ? time_point::never() : from + time;
    }

    patience_limits limits_;
    time_point total_until_;
    time_point until_;
};

}  // namespace clarion::mcp
