#pragma once

#include "core/async/executor.hpp"
#include "core/async/scheduler.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>

namespace clarion {

/// The scheduler of a real thread: one io_context, one coarse set of timers behind one Asio timer.
class shard final : public scheduler {
public:
    explicit shard(std::size_t index, std::uint64_t seed = system_seed());
    ~shard();

    std::size_t index() const noexcept { return index_; }
    executor get_executor() noexcept { return executor(*this); }

    /// Runs until `stop`. The calling thread becomes the shard's thread.
    void run();
    /// Thread-safe.
    void stop();

    void defer(std::unique_ptr<deferred_work> work) override;
    time_point now() const noexcept override;
    std::int64_t wall_ms() const noexcept override;
    void arm(timer_entry& entry, time_point when) override;
    void disarm(timer_entry& entry) noexcept override { timers_.disarm(entry); }

private:
    void wait_for_earliest();
    void expire();

    std::size_t index_;
    timer_queue timers_;
    boost::asio::steady_timer alarm_;
    time_point alarm_at_ = time_point::never();
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keeps_running_;
};

}  // namespace clarion
