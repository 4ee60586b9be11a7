#pragma once

#include "core/sim/world.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace clarion::scenarios {

/// One of a store's threads: does its work in order, a piece a turn, and sometimes takes its time.
class job_queue final : public timer_entry {
public:
    job_queue(sim::world& in, std::size_t delay_one_in)
        : world_(in), on_(in.add_shard()), delay_one_in_(delay_one_in) {}
    ~job_queue() override { on_.owner().disarm(*this); }

    executor on() const { return on_; }

    template <class Function>
    void push(Function work) {
        jobs_.push_back(make_deferred_work(std::move(work)));
        if (!std::exchange(is_at_work_, true))
            begin();
    }

    void expired() override { take_turn(); }

private:
    void begin() {
        static constexpr std::array<duration, 4> delays{
            duration(0),
            milliseconds(2),
            milliseconds(30),
            milliseconds(1500),
        };
        const std::size_t delay =
            world_.decisions().choose(sim::choice::delay, delays.size(), delay_one_in_);
        if (delay == 0)
            take_turn();
        else
            on_.owner().arm(*this, world_.now() + delays[delay]);
    }

    void take_turn() {
        on_.owner().defer(make_deferred_work([this] { work_off_one(); }));
    }

    void work_off_one() {
        const std::unique_ptr<deferred_work> job = std::move(jobs_.front());
        jobs_.pop_front();
        job->run();
        if (jobs_.empty())
            is_at_work_ = false;
        else
            begin();
    }

    sim::world& world_;
    executor on_;
    const std::size_t delay_one_in_;
    std::deque<std::unique_ptr<deferred_work>> jobs_;
    bool is_at_work_ = false;
};

}  // namespace clarion::scenarios
