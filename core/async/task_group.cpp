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
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const auto place = children_.insert(children_.end(), signal);
    asio::co_spawn(
        on_,
        std::move(work),
        asio::bind_cancellation_slot(
            signal->slot(),
            [this, place](const std::exception_ptr& failure) { ended(place, failure); }
        )
    );
    return child(signal);
}

void task_group::cancel() {
    // A child that ends at once removes itself only in a later turn, so the list stands still.
    for (const auto& signal : children_)
        signal->emit(asio::cancellation_type::terminal);
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

task<> task_group::join() {
    while (!children_.empty())
        co_await empty_.wait_to_the_end();
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace clarion
