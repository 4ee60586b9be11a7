#include "core/async/sleep.hpp"

#include "core/async/wakeup.hpp"

namespace clarion {

namespace {

class alarm final : public timer_entry {
public:
    alarm(scheduler& on, time_point when) : on_(on) {
        if (when != time_point::never())
            on_.arm(*this, when);
    }
    ~alarm() override { on_.disarm(*this); }

    void expired() override { rung_.notify(); }
    task<> rings() { return rung_.wait(); }

private:
    scheduler& on_;
    wakeup rung_;
};

}  // namespace

task<> sleep_until(time_point when) {
    const executor on = co_await asio::this_coro::executor;
    alarm clock(on.owner(), when);
    co_await clock.rings();
}

task<> sleep_for(duration time) {
    const executor on = co_await asio::this_coro::executor;
    co_await sleep_until(on.owner().now() + time);
}

}  // namespace clarion
