#pragma once

#include <string>

namespace clarion::app {

/// What `clarion --help` prints: the commands, and each flag with its variable and its default.
std::string help_text();

}  // namespace clarion::app
