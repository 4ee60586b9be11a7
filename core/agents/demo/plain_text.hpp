#pragma once

#include "core/agents/demo/demo_command.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace clarion::agents::demo {

/// What a message asks for: its command when it begins with a slash; else a search when it begins
/// with "search" or "find" and says for what; else the arithmetic in it; else the time when it asks
/// for that; else how long it is (PROTOCOL §9, in this order).
[[nodiscard]] command understand(std::string_view text);

/// What is looked for in "search for blue whales" or "Please find \"Ada\"?": `blue whales`, `Ada`.
[[nodiscard]] std::optional<std::string> searched_text(std::string_view text);

}  // namespace clarion::agents::demo
