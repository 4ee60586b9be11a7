#include "core/async/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace clarion {

namespace {

bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;  // kept by the group and thrown by join
    }
}

}  // namespace

task_group::child task_group::spawn(task<> work) {
    const auto stop = std::make_shared<stop_signal>();
    const auto place = children_.insert(children_.end(), stop);
    asio::co_spawn(
        on_,
        begin(*this, stop, std::move(work)),
        asio::bind_cancellation_slot(
            stop->signal.slot(),
            [this, place](const std::exception_ptr& failure) { ended(place, failure); }
        )
    );
    return child(stop);
}

task<> task_group::begin(const task_group& in, std::shared_ptr<stop_signal> stop, task<> work) {
    stop->begun = true;
    if (stop->asked)
        stop->emit();
    std::exception_ptr failure;
    try {
        co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    // Asio ends a coroutine that was never suspended by an await of its own, which a cancel would
    // turn into an exception past `ended`.
    co_await asio::this_coro::throw_if_cancelled(false);
    trace::release(&in, "task_group");
    if (failure)
        std::rethrow_exception(failure);
}

void task_group::cancel() {
    // A child that ends at once removes itself only in a later turn, so the list stands still.
    for (const auto& one : children_)
        one->emit();
}

void task_group::ended(child_list::iterator place, const std::exception_ptr& failure) {
    children_.erase(place);
    if (failure && !failure_ && !is_cancellation(failure)) {
        failure_ = failure;
        cancel();
    }
    if (children_.empty())
        empty_.notify();
}

task<> task_group::join_or_cancel() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
    bool told = false;
    while (!children_.empty()) {
        if (!told && own.cancelled() != asio::cancellation_type::none) {
            told = true;
            cancel();
        }
        if (told)
            co_await empty_.wait_to_the_end();
        else
            co_await empty_.wait_quietly();
    }
    trace::acquire(this, "task_group");
    co_await asio::this_coro::throw_if_cancelled(true);
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
    if (told)
        throw boost::system::system_error(asio::error::operation_aborted);
}

task<> task_group::join() {
    while (!children_.empty())
        co_await empty_.wait_to_the_end();
    trace::acquire(this, "task_group");
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace clarion
