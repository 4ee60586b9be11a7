#pragma once

#include "core/async/wakeup.hpp"

#include <optional>
#include <utility>

namespace clarion {

/// A value that a callback of the same shard delivers to one waiting coroutine. Deaf to
/// cancellation: whoever awaits it has handed out a reference to it.
template <class T>
class answer {
public:
    void set(T value) {
        value_ = std::move(value);
        arrived_.notify();
    }

    task<T> get() {
        co_await arrived_.wait_to_the_end();
        co_return *std::move(value_);
    }

private:
    std::optional<T> value_;
    wakeup arrived_;
};

}  // namespace clarion
