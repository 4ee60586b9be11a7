#pragma once

#include "net/mcp/channel.hpp"
#include "net/mcp/child_process.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::mcp {

/// For the log: what a server writes to its standard error, and where it does not speak MCP.
using chatter_sink = std::function<void(std::string_view line)>;

/// Starts a program and speaks MCP with it over its standard streams (transport `stdio`). A
/// sentence's end when it cannot be started.
[[nodiscard]] std::variant<channel_ptr, std::string> start_process_channel(
    const executor& on,
    const command_line& what,
    heard_sink heard,
    chatter_sink chatter
);

}  // namespace clarion::mcp
