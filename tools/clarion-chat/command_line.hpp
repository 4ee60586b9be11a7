#pragma once

#include "tools/clarion-chat/client.hpp"
#include "tools/clarion-chat/exit_status.hpp"

#include <variant>

namespace clarion::chat {

/// What the arguments ask for, or what to end with when they are wrong or ask for help only; then
/// everything has been said.
std::variant<client_options, exit_status> parse_command_line(int argc, const char* const* argv);

}  // namespace clarion::chat
