#pragma once

#include "core/async/latch.hpp"
#include "core/async/task.hpp"
#include "core/async/wakeup.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace clarion::conversation {

/// Keeps a thread's deletion apart from whoever may append to the thread: those who are inside
/// finish first, those who come meanwhile wait until it is over. Outlives what it hands out. The
/// thread's shard only.
class deletion_gate {
public:
    /// Being inside, for as long as it lives.
    class pass {
    public:
        explicit pass(deletion_gate& of) : of_(&of) { ++of_->inside_; }
        pass(pass&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (of_ != nullptr && --of_->inside_ == 0)
                of_->emptied_.notify();
        }

    private:
        deletion_gate* of_;
    };

    /// The gate closed, for as long as it lives.
    class closure {
    public:
        explicit closure(deletion_gate& of) : of_(&of) { of_->closed_ = std::make_shared<latch>(); }
        closure(closure&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
        closure& operator=(closure&&) = delete;
        ~closure() {
            if (of_ != nullptr)
                std::exchange(of_->closed_, nullptr)->open();
        }

    private:
        deletion_gate* of_;
    };

    /// Waits while it is closed.
    task<pass> enter() {
        co_await opened();
        co_return pass(*this);
    }

    /// Waits for other deletions, then for everybody inside.
    task<closure> close() {
        co_await opened();
        closure held(*this);
        while (inside_ > 0)
            co_await emptied_.wait_to_the_end();
        co_return held;
    }

private:
    // Whoever wakes up may find it closed again.
    task<> opened() {
        while (const std::shared_ptr<latch> closed = closed_)
            co_await closed->wait();
    }

    std::shared_ptr<latch> closed_;  // opens when the deletion is over
    std::size_t inside_ = 0;
    wakeup emptied_;
};

}  // namespace clarion::conversation
