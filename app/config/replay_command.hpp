#pragma once

#include "app/config/command_line.hpp"

#include <string>
#include <vector>

namespace clarion::app {

/// Reads what follows `clarion replay`: its own flags, and those of `serve` that say what to read,
/// where to listen and who may come in. Gives replay, help, or usage_error with the first fault.
[[nodiscard]] any_command
parse_replay_command(const std::vector<std::string>& words, const environment& variables);

}  // namespace clarion::app
