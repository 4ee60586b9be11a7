#pragma once

#include "core/trace/enum_name.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace clarion::trace {

/// How much is noted. `off`: nothing of coroutines made from now on. `live`: what each is doing.
/// `events`: also what each did, in every thread's ring.
enum class level : std::uint8_t { off, live, events };
constexpr std::string_view names_of(level) {
    return "off|live|events";
}

namespace detail {
inline constinit std::atomic<level> current_level{level::live};
}  // namespace detail

/// Any thread, any time. A coroutine made while it was `off` is never seen.
inline level current_level() noexcept {
    return detail::current_level.load(std::memory_order_relaxed);
}
inline void set_level(level to) noexcept {
    detail::current_level.store(to, std::memory_order_relaxed);
}

inline bool is_recording() noexcept {
    return current_level() == level::events;
}

}  // namespace clarion::trace
