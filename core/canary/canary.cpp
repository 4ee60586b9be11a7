#include "core/canary/canary.hpp"

#include "core/async/first_of.hpp"
#include "core/async/sleep.hpp"

#include <utility>

namespace clarion::canary {

namespace {

std::string in_seconds(duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

canary::canary(dial to, pass& credentials, failure::ledger& failures, canary_settings with)
    : dial_(std::move(to)), pass_(credentials), failures_(failures), settings_(with) {}

task<> canary::run() {
    const executor on = co_await asio::this_coro::executor;
    while (true) {
        const time_point begun = on.owner().now();
        const auto found = co_await try_once();
        note(found, on.owner().now() - begun, on.owner().wall_ms());
        const duration pause = found ? settings_.retry : settings_.interval;
        co_await sleep_for(pause);
    }
}

task<std::optional<trouble>> canary::try_once() {
    const executor on = co_await asio::this_coro::executor;
    round once(dial_, pass_);
    auto ended = co_await before(on.owner().now() + settings_.round_max, once.run());
    if (ended)
        co_return *std::move(ended);
    trouble late = once.stuck();
    late.came += " within " + in_seconds(settings_.round_max);
    co_return late;
}

void canary::note(const std::optional<trouble>& found, duration took, std::int64_t now_ms) {
    {
        const std::lock_guard lock(mutex_);
        ++(found ? figures_.rounds_red : figures_.rounds_green);
        figures_.is_green = !found;
        figures_.last_round_us =
            std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        if (!found)
            figures_.last_green_ms = now_ms;
    }
    if (!found) {
        if (!std::exchange(red_because_, std::string()).empty())
            failures_.log().info("the canary is green again");
        return on_green();
    }
    const std::string why = found->sentence();
    if (std::exchange(red_because_, found->step) != found->step)
        failures_.report(failure::code::canary_failed, {}, why);
    on_red(why);
}

canary_figures canary::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace clarion::canary
