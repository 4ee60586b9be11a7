#pragma once

#include "core/async/sleep.hpp"
#include "core/async/task.hpp"
#include "core/async/task_group.hpp"

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace clarion {

namespace detail {

template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What two tasks run for.
template <class Result>
struct race {
    std::optional<Result> won{};
    std::exception_ptr failed{};
    task_group runners;

    explicit race(executor on) : runners(on) {}
    bool is_over() const { return won || failed; }
};

// The loser's end, whatever it is, is nobody's: it was cancelled.
template <std::size_t Index, class T, class Result>
task<> run_in(task<T> work, race<Result>& in) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            if (!in.is_over())
                in.won.emplace(std::in_place_index<Index>);
        } else {
            T value = co_await std::move(work);
            if (!in.is_over())
                in.won.emplace(std::in_place_index<Index>, std::move(value));
        }
    } catch (...) {
        if (!in.is_over())
            in.failed = std::current_exception();
    }
    in.runners.cancel();
}

}  // namespace detail

/// Runs both, ends with the first to finish, by value or by exception, after the other has been
/// cancelled and has ended too. Asio's own `||` waits for a success instead, which turns a failure
/// into a hang. Cancelling it cancels both.
template <class A, class B>
task<std::variant<detail::value_or_monostate<A>, detail::value_or_monostate<B>>>
first_of(task<A> a, task<B> b) {
    using result = std::variant<detail::value_or_monostate<A>, detail::value_or_monostate<B>>;
    const executor on = co_await asio::this_coro::executor;
    detail::race<result> both(on);
    both.runners.spawn(detail::run_in<0, A>(std::move(a), both));
    both.runners.spawn(detail::run_in<1, B>(std::move(b), both));
    // On a real shard the first may have ended already, before there was a second to cancel.
    if (both.is_over())
        both.runners.cancel();
    co_await both.runners.join_or_cancel();
    if (both.failed)
        std::rethrow_exception(both.failed);
    co_return *std::move(both.won);
}

/// The value of `work`, or nothing when `deadline` came first and `work` was cancelled.
template <class T>
task<std::optional<detail::value_or_monostate<T>>> before(time_point deadline, task<T> work) {
    using result = std::optional<detail::value_or_monostate<T>>;
    auto first = co_await first_of(std::move(work), sleep_until(deadline));
    if (first.index() == 0)
        co_return result(std::move(std::get<0>(first)));
    co_return result();
}

}  // namespace clarion
