#pragma once

#include "core/async/live_tasks.hpp"
#include "core/async/task.hpp"
#include "core/async/wakeup.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <list>
#include <source_location>

namespace clarion {

/// The owner of spawned coroutines. The last member of its owner: its destructor asserts that all
/// children have ended, so every path of the owner awaits `join` first. Same shard only.
///
/// A child that throws (other than by cancellation) cancels its siblings; `join` throws the first
/// such exception after all have ended.
///
/// The shard's list of live coroutines shows the group by the place where it was made, and each
/// child by the place where it was spawned.
class task_group final : private live_tasks::group {
public:
    explicit task_group(
        executor on,
        const std::source_location& made_at = std::source_location::current()
    )
        : live_tasks::group(on.owner().tasks()), on_(on), made_at_(made_at) {
        enlist();
    }
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group() override {
        leave();
        CLARION_ASSERT(children_.empty());
    }

    void spawn(task<> child, const std::source_location& at = std::source_location::current());

    /// Asks every child to end. Those spawned later are not concerned.
    void cancel();

    /// Ends when every child has ended, also when the caller is cancelled meanwhile.
    task<> join();

    std::size_t size() const { return children_.size(); }
    executor on() const { return on_; }

private:
    struct running_child {
        explicit running_child(const live_task& spawned) : about(spawned) {}
        live_task about;
        asio::cancellation_signal stop;
    };
    using child_list = std::list<running_child>;

    live_group describe(std::size_t tasks_max) const override;
    bool has_tasks() const override { return !children_.empty(); }
    void ended(child_list::iterator child, const std::exception_ptr& failure);

    executor on_;
    std::source_location made_at_;
    child_list children_;
    std::exception_ptr failure_;
    wakeup empty_;
};

}  // namespace clarion
