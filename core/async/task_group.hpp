#pragma once

#include "core/async/task.hpp"
#include "core/async/wakeup.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <utility>

namespace clarion {

/// The owner of spawned coroutines. The last member of its owner: its destructor asserts that all
/// children have ended, so every path of the owner awaits `join` first. Same shard only.
///
/// A child that throws (other than by cancellation) cancels its siblings; `join` throws the first
/// such exception after all have ended.
class task_group final {
    /// A child's way to hear that it is to end. Asio 1.83 lets a cancel that comes before the
    /// coroutine's first turn fall through to the executor, so it is kept until then.
    struct stop_signal {
        asio::cancellation_signal signal;
        bool begun = false;
        bool asked = false;

        void emit() {
            asked = true;
            if (begun)
                signal.emit(asio::cancellation_type::terminal);
        }
    };

public:
    explicit task_group(executor on) : on_(on) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group() { CLARION_ASSERT(children_.empty()); }

    /// One spawned coroutine, to be cancelled apart from its siblings. May outlive both.
    class child {
    public:
        child() = default;
        /// Asks it to end; nothing once it has.
        void cancel() const {
            if (const auto stop = stop_.lock())
                stop->emit();
        }

    private:
        friend class task_group;
        explicit child(std::weak_ptr<stop_signal> stop) : stop_(std::move(stop)) {}

        std::weak_ptr<stop_signal> stop_;
    };

    child spawn(task<> work);

    /// Asks every child to end. Those spawned later are not concerned.
    void cancel();

    /// Ends when every child has ended, also when the caller is cancelled meanwhile.
    task<> join();
    /// The same, but a cancel of the caller is passed on to the children; thrown as
    /// operation_aborted when they have ended.
    task<> join_or_cancel();

    std::size_t size() const { return children_.size(); }
    executor on() const { return on_; }

private:
    using child_list = std::list<std::shared_ptr<stop_signal>>;

    static task<> begin(const task_group& in, std::shared_ptr<stop_signal> stop, task<> work);
    void ended(child_list::iterator place, const std::exception_ptr& failure);

    executor on_;
    child_list children_;
    std::exception_ptr failure_;
    wakeup empty_;
};

}  // namespace clarion
