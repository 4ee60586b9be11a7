#pragma once

#include "core/async/executor.hpp"
#include "core/async/scheduler.hpp"
#include "core/sim/choices.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace clarion::sim {

/// A scheduler with virtual time on the calling thread. Every function handed to it is a
/// scheduling point; a policy and a seed, or a list of deviations, decide the order.
class world final : public scheduler {
public:
    /// Runs as long as it takes.
    explicit world(std::uint64_t seed = 1, policy order = policy::fifo);
    explicit world(choice_settings decided_by);
    ~world();

    executor get_executor() noexcept { return executor(*this); }
    /// Another thread of the same world, with timers, randomness and belongings of its own: its
    /// functions run in the order queued, as a real shard's do, and only when they run is decided.
    /// Those of the world itself run in any order. Lives as long as the world.
    executor add_shard();

    choices& decisions() { return choices_; }

    /// Runs until nothing is ready and no timer is armed, or `done` says so. Returns what ran.
    std::size_t run(const std::function<bool()>& done = [] { return false; });
    /// Runs whatever becomes due within `time`, then stands at its end.
    void run_for(duration time);
    /// The function that runs now takes so long: time passes, and nothing else happens.
    void pass(duration time) { now_ = now_ + time; }

    /// What ran so far, and whether that was too much.
    std::size_t steps() const { return steps_; }
    bool is_exhausted() const { return steps_ >= choices_.settings().steps_max; }

    void defer(std::unique_ptr<deferred_work> work) override { queue(*this, std::move(work)); }
    time_point now() const noexcept override { return now_; }
    std::int64_t wall_ms() const noexcept override;
    void arm(timer_entry& entry, time_point when) override { timers_.arm(entry, when); }
    void disarm(timer_entry& entry) noexcept override { timers_.disarm(entry); }

private:
    class other_shard;
    struct queued {
        std::unique_ptr<deferred_work> work;
        scheduler* on;
        std::uint64_t number;
        /// The first function that another one queues goes on with its chain.
        std::uint64_t chain;
    };

    void queue(scheduler& on, std::unique_ptr<deferred_work> work);
    void find_candidates();
    bool run_one_ready();
    bool advance_to_timer(time_point latest);
    bool expire(scheduler& of, timer_queue& timers);

    choices choices_;
    time_point now_{std::chrono::seconds(1)};
    timer_queue timers_;
    std::vector<queued> ready_;
    // Those that may run next, by place in `ready_`, and the chain of each; made for each turn.
    std::vector<std::size_t> candidates_;
    std::vector<std::uint64_t> chains_;
    std::uint64_t chains_count_ = 0;
    std::optional<std::uint64_t> chain_to_continue_;
    std::uint64_t queued_count_ = 0;
    std::size_t steps_ = 0;
    std::vector<std::unique_ptr<other_shard>> others_;
};

}  // namespace clarion::sim
