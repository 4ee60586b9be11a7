#pragma once

#include "core/async/timer_queue.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::agents::demo {

// What a message can ask of the demo agent (PROTOCOL §9).

struct calculate {
    std::string expression;
};
struct tell_time {};
struct search {
    std::string query;
};
struct measure_text {
    std::string text;
};
struct tell_story {
    std::size_t words_count = 1;
    duration pause{0};
};
struct call_tools {
    std::size_t calls_count = 1;
};
struct fail {};
struct throw_exception {};
struct hang {};
struct ask_approval {
    std::string text;
};
struct report {
    std::string text;
};
struct hand_off {};
struct think {
    std::size_t steps_count = 1;
};
struct help {
    /// What was wrong with the command; empty when help was asked for.
    std::string problem;
};

using command = std::variant<
    calculate,
    tell_time,
    search,
    measure_text,
    tell_story,
    call_tools,
    fail,
    throw_exception,
    hang,
    ask_approval,
    report,
    hand_off,
    think,
    help>;

inline constexpr std::size_t story_words_max = 40000;
inline constexpr std::size_t story_pause_ms_max = 600000;
inline constexpr std::size_t tool_calls_max = 64;
inline constexpr std::size_t thinking_steps_max = 100;

/// Reads a message that begins with a slash, blanks around it aside. Whatever is no command, or is
/// one with wrong arguments, is `help` with the problem said.
[[nodiscard]] command parse_command(std::string_view text);

/// The commands and what they do, one a line.
[[nodiscard]] const std::string& help_text();

}  // namespace clarion::agents::demo
