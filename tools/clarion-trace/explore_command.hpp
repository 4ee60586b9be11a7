#pragma once

#include "tools/clarion-trace/command_line.hpp"
#include "tools/clarion-trace/run_command.hpp"

namespace clarion::trace_tool {

/// `scenarios`, `explore` and `replay`. Returns the exit status: 1 when a promise was broken.
int explore(const command& wanted, streams to);

}  // namespace clarion::trace_tool
