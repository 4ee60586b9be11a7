#pragma once

#include "core/async/scheduler.hpp"
#include "core/metrics/counters.hpp"

namespace clarion::metrics {

/// Measures how late a shard's timers are: what somebody waits because others keep the shard busy.
/// Its shard only; from `start` to `stop`.
class loop_probe final : public timer_entry {
public:
    static constexpr duration interval = std::chrono::milliseconds(250);

    explicit loop_probe(executor on) : on_(on), lag_us_(counters_of(on).loop_lag_us) {}

    loop_probe(const loop_probe&) = delete;
    loop_probe& operator=(const loop_probe&) = delete;
    ~loop_probe() override { stop(); }

    void start() {
        due_ = on_.owner().now() + interval;
        on_.owner().arm(*this, due_);
    }
    void stop() { on_.owner().disarm(*this); }

    void expired() override {
        lag_us_.add(in_us(on_.owner().now() - due_));
        start();
    }

private:
    executor on_;
    time_histogram& lag_us_;
    time_point due_;
};

}  // namespace clarion::metrics
