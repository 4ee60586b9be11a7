#pragma once

#include "core/async/task.hpp"
#include "core/async/wakeup.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <list>

namespace clarion {

/// The owner of spawned coroutines. The last member of its owner: its destructor asserts that all
/// children have ended, so every path of the owner awaits `join` first. Same shard only.
///
/// A child that throws (other than by cancellation) cancels its siblings; `join` throws the first
/// such exception after all have ended.
class task_group {
public:
    explicit task_group(executor on) : on_(on) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group() { CLARION_ASSERT(children_.empty()); }

    void spawn(task<> child);

    /// Asks every child to end. Those spawned later are not concerned.
    void cancel();

    /// Ends when every child has ended, also when the caller is cancelled meanwhile.
    task<> join();

    std::size_t size() const { return children_.size(); }

private:
    using child_list = std::list<asio::cancellation_signal>;
    void ended(child_list::iterator child, const std::exception_ptr& failure);

    executor on_;
    child_list children_;
    std::exception_ptr failure_;
    wakeup empty_;
};

}  // namespace clarion
