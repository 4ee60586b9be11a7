#pragma once

#include "app/config/command_line.hpp"

#include <string>
#include <vector>

namespace clarion::app {

/// Reads what follows `clarion mcp-probe`.
[[nodiscard]] any_command parse_mcp_probe_command(const std::vector<std::string>& words);

}  // namespace clarion::app
