#pragma once

#include "app/config/command_line.hpp"

#include <string>
#include <vector>

namespace clarion::app {

/// Reads what follows `clarion restore`: restore, help, or usage_error with the first fault.
[[nodiscard]] any_command parse_restore_command(const std::vector<std::string>& words);

}  // namespace clarion::app
