#pragma once

#include "core/async/assert.hpp"
#include "core/async/task.hpp"
#include "core/async/timer_queue.hpp"
#include "core/trace/mark.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace clarion {

/// A sticky notification for one waiting coroutine: a `notify` before the `wait` is not lost, and
/// several of them count as one. Same shard only. May be destroyed while nobody waits.
class wakeup {
    using handler = asio::any_completion_handler<void(boost::system::error_code)>;

    template <class Token>
    auto async_wait(Token&& token) {
        return asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto completion) {
                CLARION_ASSERT(!waiter_);
                waiter_on_ = asio::get_associated_executor(completion, waiter_on_);
                waiter_ = std::move(completion);
                // The erased handler has a slot of its own in front of the caller's.
                auto slot = asio::get_associated_cancellation_slot(waiter_);
                if (std::exchange(notified_, false))
                    return complete({});
                if (slot.is_connected())
                    slot.assign([this](asio::cancellation_type) {
                        if (waiter_)
                            complete(asio::error::operation_aborted);
                    });
            },
            token
        );
    }

public:
    wakeup() = default;
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;
    ~wakeup() { CLARION_ASSERT(!waiter_); }

    /// Ends at the next `notify`, or at once when one came since the last `wait`.
    /// Throws operation_aborted when cancelled. One waiter at a time.
    task<> wait() { return async_wait(use_task); }

    /// The same, but ends at `deadline` at the latest; who waits looks again at what it waits for.
    task<> wait_until(time_point deadline);

    /// The same as `wait`, deaf to cancellation: for closing sequences that must run to their end.
    task<> wait_to_the_end() {
        const bool throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await async_wait(asio::bind_cancellation_slot(asio::cancellation_slot(), use_task));
        co_await asio::this_coro::throw_if_cancelled(throws);
    }

    /// The same as `wait`, but a cancel ends it without an exception. For who has switched off
    /// `throw_if_cancelled` and looks at its cancellation state.
    task<> wait_quietly() { (void)co_await async_wait(asio::as_tuple(use_task)); }

    void notify() {
        trace::release(this, "wakeup");
        if (!waiter_)
            notified_ = true;
        else
            complete({});
    }

private:
    void complete(boost::system::error_code error) {
        handler waiter = std::move(waiter_);
        waiter_ = nullptr;
        auto slot = asio::get_associated_cancellation_slot(waiter);
        if (slot.is_connected())
            slot.clear();
        // Who waited sees what was done before the notification, also one that came earlier.
        asio::post(
            waiter_on_,
            [waiter = std::move(waiter), error, by = trace::posted(), through = this]() mutable {
                const trace::turn here(by);
                trace::acquire(through, "wakeup");
                std::move(waiter)(error);
            }
        );
    }

    class alarm;

    handler waiter_;
    executor waiter_on_;
    bool notified_ = false;
};

/// Notifies when its time has come.
class wakeup::alarm final : public timer_entry {
public:
    alarm(scheduler& on, wakeup& rung, time_point when) : on_(on), rung_(rung) {
        if (when != time_point::never())
            on_.arm(*this, when);
    }
    ~alarm() override { on_.disarm(*this); }

    void expired() override { rung_.notify(); }

private:
    scheduler& on_;
    wakeup& rung_;
};

inline task<> wakeup::wait_until(time_point deadline) {
    const executor on = co_await asio::this_coro::executor;
    const alarm clock(on.owner(), *this, deadline);
    co_await async_wait(use_task);
}

}  // namespace clarion
