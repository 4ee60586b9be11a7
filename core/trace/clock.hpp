#pragma once

#include "core/trace/thread_state.hpp"

#include <atomic>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace clarion::trace {

namespace detail {

/// nanoseconds = from_ns + (ticks - from_ticks) * ns_per_tick, the last in 1/2^32.
struct tick_scale {
    std::uint64_t from_ticks = 0;
    std::uint64_t from_ns = 0;
    std::uint64_t ns_per_tick = 0;
};

/// Null until the processor's counter has been measured, or where it cannot be trusted.
inline constinit std::atomic<const tick_scale*> ticks{nullptr};

/// From the system's monotonic clock; measures the counter meanwhile.
std::uint64_t system_now_ns() noexcept;

#if defined(__x86_64__)
inline std::uint64_t scaled_ns(const tick_scale& by) noexcept {
    __extension__ using wide = unsigned __int128;
    const wide passed = static_cast<wide>(__rdtsc() - by.from_ticks) * by.ns_per_tick;
    return by.from_ns + static_cast<std::uint64_t>(passed >> 32);
}
#endif

}  // namespace detail

/// Monotonic nanoseconds, comparable between threads of one process: the processor's counter where
/// it runs evenly (a third of a `clock_gettime`), the system's clock where it does not, and the
/// virtual clock on a thread that has one.
inline std::uint64_t now_ns() noexcept {
    const thread_state& here = this_thread;
    if (here.virtual_now != nullptr) [[unlikely]]
        return here.virtual_now(here.virtual_clock);
#if defined(__x86_64__)
    if (const detail::tick_scale* by = detail::ticks.load(std::memory_order_acquire)) [[likely]]
        return detail::scaled_ns(*by);
#endif
    return detail::system_now_ns();
}

/// While it lives, the calling thread's time is what `now` says. For simulations.
class virtual_time {
public:
    using clock = std::uint64_t (*)(const void*) noexcept;

    virtual_time(clock now, const void* of) noexcept
        : before_now_(this_thread.virtual_now), before_clock_(this_thread.virtual_clock) {
        this_thread.virtual_now = now;
        this_thread.virtual_clock = of;
    }
    virtual_time(const virtual_time&) = delete;
    virtual_time& operator=(const virtual_time&) = delete;
    ~virtual_time() {
        this_thread.virtual_now = before_now_;
        this_thread.virtual_clock = before_clock_;
    }

private:
    clock before_now_;
    const void* before_clock_;
};

}  // namespace clarion::trace
