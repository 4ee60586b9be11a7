#pragma once

#include "tools/clarion-trace/command_line.hpp"

#include <ostream>

namespace clarion::trace_tool {

struct streams {
    std::ostream& out;
    std::ostream& complaints;
};

/// Everything but the verbs that play scenarios. Returns the exit status.
int run(const command& wanted, streams to);

}  // namespace clarion::trace_tool
