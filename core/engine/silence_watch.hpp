#pragma once

#include "core/async/timer_queue.hpp"

namespace clarion::engine {

/// When a run's user is told that nothing comes from its agent: after the limit, and then each time
/// the silence has doubled, so that a long one is told a few times and not many. Decides, and knows
/// no clock.
class silence_watch {
public:
    struct told {
        duration lasted{};
        bool is_first = false;
    };

    /// 0: never.
    explicit silence_watch(duration limit) : limit_(limit), next_(limit) {}

    /// When it is to be told, if the agent was last heard at that time and is not again.
    time_point due(time_point heard_at) {
        if (limit_ == duration::zero())
            return time_point::never();
        if (heard_at != silent_since_) {
            silent_since_ = heard_at;
            next_ = limit_;
        }
        return silent_since_ + next_;
    }

    /// Is told now; behind `due`.
    told tell(time_point now) {
        const told said{now - silent_since_, next_ == limit_};
        while (silent_since_ + next_ <= now)
            next_ *= 2;
        return said;
    }

private:
    duration limit_;
    duration next_;
    time_point silent_since_;
};

}  // namespace clarion::engine
