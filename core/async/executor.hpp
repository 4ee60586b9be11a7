#pragma once

#include "core/async/scheduler.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>

namespace clarion {

/// The executor of every coroutine: a handle on a scheduler. A type of our own, so that the tracer
/// may specialise `std::coroutine_traits` on it, and concrete, so that a real shard pays no type
/// erasure (docs/decisions/0002-own-executor.md). I/O objects stay on the io_context's executor.
class executor {
public:
    executor() noexcept = default;
    explicit executor(scheduler& owner) noexcept : owner_(&owner) {}

    /// The scheduler behind it: time, timers, randomness.
    scheduler& owner() const noexcept { return *owner_; }

    template <class Function>
    void execute(Function&& function) const {
        namespace asio = boost::asio;
        if (!owner_->runs_on_io())
            owner_->defer(make_deferred_work(std::decay_t<Function>(std::forward<Function>(function)
            )));
        else if (may_block_)
            owner_->io().get_executor().execute(std::forward<Function>(function));
        else
            asio::require(owner_->io().get_executor(), asio::execution::blocking.never)
                .execute(std::forward<Function>(function));
    }

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
        return owner_->io();
    }
    boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
        if (may_block_)
            return boost::asio::execution::blocking.possibly;
        return boost::asio::execution::blocking.never;
    }
    static constexpr boost::asio::execution::mapping_t query(boost::asio::execution::mapping_t
    ) noexcept {
        return boost::asio::execution::mapping.thread;
    }
    executor require(boost::asio::execution::blocking_t::possibly_t) const noexcept {
        return with_blocking(*this, blocking::possibly);
    }
    executor require(boost::asio::execution::blocking_t::never_t) const noexcept {
        return with_blocking(*this, blocking::never);
    }

    friend bool operator==(const executor&, const executor&) noexcept = default;

private:
    enum class blocking { possibly, never };
    static executor with_blocking(executor copy, blocking how) noexcept {
        copy.may_block_ = how == blocking::possibly;
        return copy;
    }

    scheduler* owner_ = nullptr;
    bool may_block_ = true;
};

}  // namespace clarion
