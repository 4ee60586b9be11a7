#pragma once

#include "core/trace/frame_hook.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

// How Asio's coroutines tell the tracer. Asio's own frames stay what they are: ours derive from
// them at offset 0, and Asio's handles point to its own base. `Executor` must be a type of the
// project that uses this (`traced_coroutine_traits`), because `std::coroutine_traits` may only be
// specialised on one's own types. Names of `asio::detail` are Asio's, not its contract: checked
// with Boost 1.83.
namespace clarion::trace {

namespace detail {

namespace asio = boost::asio;

/// The type's name as the compiler writes it, within this function's own.
template <class Initiation>
constexpr const char* spelled() {
    return static_cast<const char*>(__PRETTY_FUNCTION__);
}

template <class Operation>
struct initiation_of {
    using type = Operation;
};
template <class Signature, class Initiation, class... Arguments>
struct initiation_of<asio::deferred_async_operation<Signature, Initiation, Arguments...>> {
    using type = Initiation;
};

template <class T>
struct is_awaitable : std::false_type {};
template <class T, class Executor>
struct is_awaitable<asio::awaitable<T, Executor>> : std::true_type {};

/// Around Asio's awaiter: says when the coroutine is suspended and when it goes on. Asio's two
/// kinds always suspend. Small, because g++ keeps one in the frame for each `co_await`. `Operation`
/// is void for another coroutine.
template <class Awaiter, class Frame, class Operation>
struct traced_awaiter {
    Awaiter inner;
    frame_hook& hook;

    bool await_ready() { return inner.await_ready(); }

    template <class Promise>
    auto await_suspend(std::coroutine_handle<Promise> waiting) {
        if constexpr (std::is_void_v<Operation>)
            hook.awaits_coroutine();
        else
            hook.awaits_operation(spelled<Operation>());
        auto& frame = static_cast<Frame&>(waiting.promise());
        return inner.await_suspend(std::coroutine_handle<Frame>::from_promise(frame));
    }

    decltype(auto) await_resume() {
        hook.resumed();
        return inner.await_resume();
    }
};

/// The promise of a coroutine of the project.
template <class T, class Executor>
class traced_frame : public asio::detail::awaitable_frame<T, Executor> {
    using base = asio::detail::awaitable_frame<T, Executor>;

    struct beginning {
        frame_hook& hook;

        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const { hook.begun(); }
    };

public:
    asio::awaitable<T, Executor> get_return_object(
        const std::source_location& in = std::source_location::current()
    ) {
        static_assert(
            alignof(traced_frame) == alignof(base),
            "Asio computes a frame's address from its own promise"
        );
        hook_.made(in);
        return base::get_return_object();
    }

    auto initial_suspend() noexcept { return beginning{hook_}; }

    auto final_suspend() noexcept {
        hook_.ended();
        return base::final_suspend();
    }

    void unhandled_exception() {
        hook_.threw();
        base::unhandled_exception();
    }

    // One for all, hiding Asio's: compilers disagree on how constrained overloads rank beside
    // inherited ones.
    template <class Awaited>
    auto await_transform(
        Awaited&& awaited,
        const std::source_location& at = std::source_location::current()
    ) {
        using plain = std::decay_t<Awaited>;
        if constexpr (is_awaitable<plain>::value) {
            using awaiter = decltype(base::await_transform(std::move(awaited)));
            hook_.stands_at(at);
            return traced_awaiter<awaiter, base, void>{
                base::await_transform(std::move(awaited)),
                hook_
            };
        } else if constexpr (asio::is_async_operation<plain>::value) {
            using awaiter = decltype(base::await_transform(std::forward<Awaited>(awaited)));
            using operation = typename initiation_of<plain>::type;
            hook_.stands_at(at);
            return traced_awaiter<awaiter, base, operation>{
                base::await_transform(std::forward<Awaited>(awaited)),
                hook_
            };
        } else {
            return base::await_transform(std::forward<Awaited>(awaited));
        }
    }

private:
    frame_hook hook_;
};

/// The promise of the coroutine that Asio makes of an operation awaited with `use_awaitable`. Only
/// tells which operation it is.
template <class T, class Executor, class Initiation>
class operation_frame : public asio::detail::awaitable_frame<T, Executor> {
    struct beginning {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const { frame_hook::operation_began(spelled<Initiation>()); }
    };

public:
    auto initial_suspend() noexcept { return beginning{}; }
};

template <class T, class Executor, class... Arguments>
struct promise_of {
    using type = traced_frame<T, Executor>;
};
template <class T, class Executor, class Initiation, class... Arguments>
struct promise_of<T, Executor, Initiation, asio::use_awaitable_t<Executor>, Arguments...> {
    using type = operation_frame<T, Executor, Initiation>;
};
// The bottom of each stack of coroutines is Asio's alone.
template <class Executor, class... Arguments>
struct promise_of<asio::detail::awaitable_thread_entry_point, Executor, Arguments...> {
    using type =
        asio::detail::awaitable_frame<asio::detail::awaitable_thread_entry_point, Executor>;
};
template <class Executor, class Initiation, class... Arguments>
struct promise_of<
    asio::detail::awaitable_thread_entry_point,
    Executor,
    Initiation,
    asio::use_awaitable_t<Executor>,
    Arguments...> {
    using type =
        asio::detail::awaitable_frame<asio::detail::awaitable_thread_entry_point, Executor>;
};

}  // namespace detail

/// What to derive `std::coroutine_traits<asio::awaitable<T, my_executor>, Arguments...>` from.
template <class T, class Executor, class... Arguments>
struct traced_coroutine_traits {
    using promise_type = typename detail::promise_of<T, Executor, std::decay_t<Arguments>...>::type;
};

}  // namespace clarion::trace
