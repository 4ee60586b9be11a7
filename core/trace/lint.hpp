#pragma once

#include "core/trace/enum_name.hpp"
#include "core/trace/recording.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::trace {

/// What a recording shows to be wrong (docs/tracing.md says how each is found and what to do).
enum class rule : std::uint8_t {
    message_before_registered,     ///< it happened
    message_unordered_registered,  ///< it went well this time: nothing orders the two
    unordered_touch,               ///< two threads at one connection, and nothing orders them
    send_after_close,
    tool_unpaired,
    emit_without_outcome,
    long_turn,  ///< a coroutine held its thread
    abandoned,  ///< destroyed while suspended
    overdue,    ///< suspended long on what should end
};
constexpr std::string_view names_of(rule) {
    return "message_before_registered|message_unordered_registered|unordered_touch|"
           "send_after_close|tool_unpaired|emit_without_outcome|long_turn|abandoned|overdue";
}

struct finding {
    rule broken{};
    /// One sentence.
    std::string text;
    /// "core/a.cpp:12", where it was seen.
    std::string place;
    std::uint64_t at_ns = 0;
};

struct lint_settings {
    std::uint64_t long_turn_ns = 5'000'000;
    std::uint64_t overdue_ns = 30'000'000'000;
    /// Coroutines of these names, and operations of these, should end soon.
    std::vector<std::string> ending_coroutines{"clarion::latch::wait", "clarion::answer::get"};
    std::vector<std::string> ending_operations{"async_send", "async_connect"};
};

/// In the order of time. Each rule names a place once.
std::vector<finding> lint(const recording& of, const lint_settings& settings = {});

}  // namespace clarion::trace
