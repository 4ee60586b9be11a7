#pragma once

#include "core/async/executor.hpp"
#include "core/failure/coroutine_dump.hpp"
#include "core/failure/logger.hpp"

#include <chrono>
#include <functional>
#include <utility>

namespace clarion::app {

/// Leaves the process when a shutdown hangs: at the end of its patience. A moment before, it tells
/// the log what the shutdown waits for. Its shard only.
class last_resort final : public timer_entry {
public:
    /// `leave` does not come back.
    last_resort(executor on, failure::logger log, std::function<void()> leave)
        : on_(on), log_(std::move(log)), leave_(std::move(leave)) {}
    last_resort(const last_resort&) = delete;
    last_resort& operator=(const last_resort&) = delete;
    ~last_resort() override { disarm(); }

    void arm(duration patience) {
        on_.owner().arm(*this, on_.owner().now() + (patience - writing));
    }
    void disarm() { on_.owner().disarm(*this); }

    void expired() override {
        if (std::exchange(has_told_, true))
            return leave_();
        failure::dump_coroutines(log_, "the drain does not finish");
        on_.owner().arm(*this, on_.owner().now() + writing);
    }

private:
    /// What the log gets to write the dump.
    static constexpr duration writing = std::chrono::milliseconds(500);

    executor on_;
    failure::logger log_;
    std::function<void()> leave_;
    bool has_told_ = false;
};

}  // namespace clarion::app
