#pragma once

#include "core/async/task.hpp"
#include "core/trace/mark.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/require.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace clarion {

/// A thread beside the shards for what would block them: one piece of work at a time, and no queue.
/// Thread-safe. Outlives whoever waits for it; its end asks the work to stop, and waits for it.
class side_thread {
public:
    template <class Result>
    using work_of = std::function<Result(const std::stop_token&)>;

    /// Runs `work` there and comes back with its result; nothing when there is work already, or
    /// after `stop`. Deaf to cancellation: the work hears of `stop` alone. It must not throw.
    template <class Result>
    task<std::optional<Result>> run(work_of<Result> work) {
        auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), use_task);
        trace::release(this, "side_thread");
        std::optional<Result> result =
            co_await asio::async_initiate<decltype(token), void(std::optional<Result>)>(
                [this, &work](auto rest) { begin<Result>(std::move(work), std::move(rest)); },
                token
            );
        trace::acquire(this, "side_thread");
        co_return result;
    }

    /// Asks the work to end, and takes no other.
    void stop() {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        thread_.request_stop();
    }

private:
    template <class Result, class Rest>
    void begin(work_of<Result> work, Rest rest) {
        const std::lock_guard lock(mutex_);
        if (is_at_work_ || is_stopped_)
            return answer(std::make_unique<Rest>(std::move(rest)), std::optional<Result>());
        is_at_work_ = true;
        auto held = std::make_unique<Rest>(std::move(rest));
        thread_ = std::jthread([this,
                                work = std::move(work),
                                held = std::move(held)](const std::stop_token& stop) mutable {
            trace::acquire(this, "side_thread");
            std::optional<Result> result = work(stop);
            trace::release(this, "side_thread");
            {
                const std::lock_guard ended(mutex_);
                is_at_work_ = false;
            }
            answer(std::move(held), std::move(result));
        });
    }

    // What the rest of a task holds runs on its own shard only.
    template <class Rest, class Result>
    static void answer(std::unique_ptr<Rest> rest, std::optional<Result> result) {
        const auto on = asio::get_associated_executor(*rest);
        asio::require(on, asio::execution::blocking.never)
            .execute([rest = std::move(rest), result = std::move(result)]() mutable {
                std::move (*rest)(std::move(result));
            });
    }

    std::mutex mutex_;
    bool is_at_work_ = false;
    bool is_stopped_ = false;
    std::jthread thread_;
};

}  // namespace clarion
