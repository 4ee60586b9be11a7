#pragma once

#include "core/async/timer_queue.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace clarion::conversation {

/// `messages_per_minute` of one user: at most so many within any 60 s.
class message_rate {
public:
    explicit message_rate(std::int64_t per_minute) : per_minute_(per_minute) {}

    /// How long a message would have to wait, or nothing when it may come now. 0 per minute: no
    /// cap.
    std::optional<duration> wait_at(time_point now) {
        while (!times_.empty() && now - times_.front() >= window)
            times_.pop_front();
        if (per_minute_ == 0 || times_.size() < static_cast<std::size_t>(per_minute_))
            return std::nullopt;
        return window - (now - times_.front());
    }

    /// Nothing within the last minute, as of the last `wait_at`.
    bool idle() const { return times_.empty(); }

    void count(time_point now) {
        if (per_minute_ != 0)
            times_.push_back(now);
    }

private:
    static constexpr duration window = std::chrono::seconds(60);

    std::int64_t per_minute_;
    std::deque<time_point> times_;
};

}  // namespace clarion::conversation
