#pragma once

#include "core/async/wakeup.hpp"

#include <cstddef>
#include <list>
#include <utility>

namespace clarion {

/// A number of permits, handed out in the order in which they are asked for. Waits are bounded by
/// the number of those who ask. Same shard only; outlives its permits.
class permits {
    struct place {
        wakeup turn;
        bool granted = false;
    };
    using line = std::list<place>;

public:
    explicit permits(std::size_t count) : free_(count) {}
    permits(const permits&) = delete;
    permits& operator=(const permits&) = delete;
    ~permits() { CLARION_ASSERT(waiting_.empty()); }

    /// Held until it is destroyed.
    class permit {
    public:
        explicit permit(permits& of) : of_(&of) {}
        permit(permit&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
        permit(const permit&) = delete;
        permit& operator=(const permit&) = delete;
        permit& operator=(permit&&) = delete;
        ~permit() {
            if (of_ != nullptr)
                of_->give_back();
        }

    private:
        permits* of_;
    };

    /// Throws operation_aborted when cancelled; its turn then goes to the next.
    task<permit> take() {
        if (free_ > 0) {
            --free_;
            trace::acquire(this, "permits");
            co_return permit(*this);
        }
        const in_line mine(*this);
        while (!mine.at->granted)
            co_await mine.at->turn.wait();
        mine.at->granted = false;  // the permit has it from now on
        trace::acquire(this, "permits");
        co_return permit(*this);
    }

private:
    /// A place in the line; a turn that came too late goes to the next.
    struct in_line {
        explicit in_line(permits& of) : of_(of), at(of.waiting_.emplace(of.waiting_.end())) {}
        in_line(const in_line&) = delete;
        in_line& operator=(const in_line&) = delete;
        ~in_line() {
            const bool unused = at->granted;
            of_.waiting_.erase(at);
            if (unused)
                of_.give_back();
        }

    private:
        permits& of_;

    public:
        const line::iterator at;
    };

    void give_back() {
        trace::release(this, "permits");
        for (place& next : waiting_)
            if (!std::exchange(next.granted, true))
                return next.turn.notify();
        ++free_;
    }

    std::size_t free_;
    line waiting_;
};

}  // namespace clarion
