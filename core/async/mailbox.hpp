#pragma once

#include "core/async/wakeup.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace clarion {

enum class push_result { queued, full, closed };

/// A bounded queue to one consuming coroutine. Full is the sender's answer to handle, never a wait.
/// Same shard only.
template <class T>
class mailbox {
public:
    explicit mailbox(std::size_t items_max) : items_max_(items_max) {}

    [[nodiscard]] push_result push(T item) {
        if (closed_)
            return push_result::closed;
        if (items_.size() >= items_max_)
            return push_result::full;
        items_.push_back(std::move(item));
        trace::release(this, "mailbox");
        arrived_.notify();
        return push_result::queued;
    }

    /// The next item; nothing when the mailbox is closed and empty. Throws operation_aborted when
    /// cancelled; no item is lost by that.
    task<std::optional<T>> pop() {
        while (items_.empty() && !closed_)
            co_await arrived_.wait();
        if (items_.empty())
            trace::acquire(this, "mailbox");  // its close
        co_return try_pop();
    }

    std::optional<T> try_pop() {
        if (items_.empty())
            return std::nullopt;
        trace::acquire(this, "mailbox");
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        return item;
    }

    /// What is queued can still be taken out; nothing more goes in.
    void close() {
        closed_ = true;
        trace::release(this, "mailbox");
        arrived_.notify();
    }

    std::size_t size() const { return items_.size(); }

private:
    std::size_t items_max_;
    std::deque<T> items_;
    wakeup arrived_;
    bool closed_ = false;
};

}  // namespace clarion
