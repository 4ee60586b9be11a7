#pragma once

#include "core/async/sleep.hpp"
#include "core/async/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace clarion {

namespace detail {

template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
task<value_or_monostate<T>> with_value(task<T> work) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        co_return std::monostate{};
    } else {
        co_return co_await std::move(work);
    }
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
    auto [order, a_failed, a_value, b_failed, b_value] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(on, detail::with_value(std::move(a)), asio::deferred),
            asio::co_spawn(on, detail::with_value(std::move(b)), asio::deferred)
        )
            .async_wait(asio::experimental::wait_for_one(), use_task);
    if (order[0] == 0) {
        if (a_failed)
            std::rethrow_exception(a_failed);
        co_return result(std::in_place_index<0>, std::move(a_value));
    }
    if (b_failed)
        std::rethrow_exception(b_failed);
    co_return result(std::in_place_index<1>, std::move(b_value));
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
