#pragma once

#include "core/async/timer_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace clarion::conversation {

/// `messages_per_minute` of one user: at most so many within any 60 s.
class message_rate {
public:
    explicit message_rate(std::int64_t per_minute) : per_minute_(per_minute) {}

    /// How long a message would have to wait, or nothing when it may come now. 0 per minute: no
    /// cap.
    std::optional<duration> wait_at(time_point now) {
        forget_before(now);
        if (per_minute_ == 0 || count_in_window() < static_cast<std::size_t>(per_minute_))
            return std::nullopt;
        return window - (now - times_[first_]);
    }

    /// Nothing within the last minute, as of the last `wait_at`.
    bool idle() const { return count_in_window() == 0; }

    void count(time_point now) {
        if (per_minute_ != 0)
            times_.push_back(now);
    }

private:
    static constexpr duration window = std::chrono::seconds(60);

    std::size_t count_in_window() const { return times_.size() - first_; }

    // What is past is cut off when it is the larger part: each time is moved once at most, and a
    // user who is silent costs nothing.
    void forget_before(time_point now) {
        while (first_ < times_.size() && now - times_[first_] >= window)
            ++first_;
        if (first_ * 2 < times_.size() || first_ == 0)
            return;
        std::vector<time_point>(at(first_), times_.end()).swap(times_);
        first_ = 0;
    }

    std::vector<time_point>::iterator at(std::size_t index) {
        return times_.begin() + static_cast<std::ptrdiff_t>(index);
    }

    std::int64_t per_minute_;
    std::vector<time_point> times_;
    std::size_t first_ = 0;  // of those within the window
};

}  // namespace clarion::conversation
