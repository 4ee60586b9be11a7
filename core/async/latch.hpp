#pragma once

#include "core/async/wakeup.hpp"

#include <list>

namespace clarion {

/// Opens once, for any number of waiting coroutines. Same shard only.
class latch {
public:
    /// Ends when the latch is open. Deaf to cancellation: whoever opens it is bound to do so.
    task<> wait() {
        if (open_)
            co_return;
        const auto place = waiting_.emplace(waiting_.end());
        co_await place->wait_to_the_end();
        waiting_.erase(place);
    }

    bool is_open() const { return open_; }

    void open() {
        open_ = true;
        for (wakeup& waiting : waiting_)
            waiting.notify();
    }

private:
    std::list<wakeup> waiting_;
    bool open_ = false;
};

}  // namespace clarion
