#include "core/async/sleep.hpp"

#include "core/async/wakeup.hpp"

namespace clarion {

task<> sleep_until(time_point when) {
    wakeup never_notified;
    co_await never_notified.wait_until(when);
}

task<> sleep_for(duration time) {
    const executor on = co_await asio::this_coro::executor;
    co_await sleep_until(on.owner().now() + time);
}

}  // namespace clarion
