#pragma once

#include <cstdint>
#include <string_view>

namespace clarion::agents {

/// When a person is asked before a tool is called (PROTOCOL §10, `approve`).
enum class approval_policy : std::uint8_t { never, always, unless_read_only };
constexpr std::string_view names_of(approval_policy) {
    return "never|always|unless-read-only";
}

struct tool_spec;

/// Whether a call of this tool needs a person's word.
[[nodiscard]] bool needs_approval(const tool_spec& called);

}  // namespace clarion::agents
