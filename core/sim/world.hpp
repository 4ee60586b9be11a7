#pragma once

#include "core/async/executor.hpp"
#include "core/async/scheduler.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace clarion::sim {

/// Which of the functions that are ready runs next.
enum class policy { fifo, random };

/// A scheduler with virtual time on the calling thread. Every function handed to it is a
/// scheduling point; with `policy::random` the seed decides the order.
class world final : public scheduler {
public:
    explicit world(std::uint64_t seed = 1, policy order = policy::fifo);
    ~world();

    executor get_executor() noexcept { return executor(*this); }

    /// Runs until nothing is ready and no timer is armed, or `done` says so. Returns what ran.
    std::size_t run(const std::function<bool()>& done = [] { return false; });
    /// Runs whatever becomes due within `time`, then stands at its end.
    void run_for(duration time);
    /// The function that runs now takes so long: time passes, and nothing else happens.
    void pass(duration time) { now_ = now_ + time; }

    void defer(std::unique_ptr<deferred_work> work) override;
    time_point now() const noexcept override { return now_; }
    std::int64_t wall_ms() const noexcept override;
    void arm(timer_entry& entry, time_point when) override { timers_.arm(entry, when); }
    void disarm(timer_entry& entry) noexcept override { timers_.disarm(entry); }

private:
    bool run_one_ready();
    bool advance_to_timer(time_point latest);

    policy policy_;
    random_source order_;
    time_point now_{std::chrono::seconds(1)};
    timer_queue timers_;
    std::vector<std::unique_ptr<deferred_work>> ready_;
};

}  // namespace clarion::sim
