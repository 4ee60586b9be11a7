#pragma once

#include "core/async/wakeup.hpp"

#include <list>

namespace clarion {

/// Opens once, for any number of waiting coroutines. Same shard only.
class latch {
public:
    /// Ends when the latch is open. Deaf to cancellation: whoever opens it is bound to do so.
    task<> wait() {
        if (!open_) {
            const auto place = waiting_.emplace(waiting_.end());
            co_await place->wait_to_the_end();
            waiting_.erase(place);
        }
        trace::acquire(this, "latch");
    }

    bool is_open() const { return open_; }

    void open() {
        open_ = true;
        trace::release(this, "latch");
        for (wakeup& waiting : waiting_)
            waiting.notify();
    }

private:
    std::list<wakeup> waiting_;
    bool open_ = false;
};

}  // namespace clarion
