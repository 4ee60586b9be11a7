#pragma once

#include "core/async/executor.hpp"
#include "core/trace/promise.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace clarion {

namespace asio = boost::asio;

/// The coroutine type of the whole project.
template <class T = void>
using task = asio::awaitable<T, executor>;

/// The completion token for an Asio operation awaited in a `task`.
inline constexpr asio::use_awaitable_t<executor> use_task{};

}  // namespace clarion

/// Every coroutine of the project tells the tracer what it does (core/trace).
template <class T, class... Arguments>
struct std::coroutine_traits<boost::asio::awaitable<T, clarion::executor>, Arguments...>
    : clarion::trace::traced_coroutine_traits<T, clarion::executor, Arguments...> {};
