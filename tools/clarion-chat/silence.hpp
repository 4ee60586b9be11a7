#pragma once

#include "core/async/timer_queue.hpp"

#include <chrono>
#include <optional>

namespace clarion::chat {

/// Silence that calls for a ping while an answer is awaited; the heartbeat has its own.
inline constexpr duration awaited_quiet_time = std::chrono::seconds(5);
/// Silence after a ping that means: dead.
inline constexpr duration probe_time = std::chrono::seconds(5);

/// What to think of a connection that says nothing. A path that has died silently gives no error:
/// only an answer shows that it lives. The same times as in tools/client-js.
class silence {
public:
    enum class verdict {
        fine,
        ask,   ///< send a ping; said once until something comes
        dead,  ///< give the connection up
    };

    /// A connection that stands since `now`.
    explicit silence(time_point now = time_point()) : heard_at_(now) {}

    /// Something came, whatever it was.
    void heard(time_point now) {
        heard_at_ = now;
        asked_at_.reset();
    }

    /// To be asked at least every second. `quiet_time`: how long a silence is usual.
    [[nodiscard]] verdict judge(time_point now, duration quiet_time) {
        if (asked_at_)
            return now - *asked_at_ >= probe_time ? verdict::dead : verdict::fine;
        if (now - heard_at_ < quiet_time)
            return verdict::fine;
        asked_at_ = now;
        return verdict::ask;
    }

private:
    time_point heard_at_;
    std::optional<time_point> asked_at_;
};

}  // namespace clarion::chat
