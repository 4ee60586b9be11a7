#pragma once

#include "app/config/command_line.hpp"

namespace clarion::app {

/// Carries `clarion mcp-probe` out; the exit status.
int probe_mcp_server(const command::mcp_probe& asked);

}  // namespace clarion::app
