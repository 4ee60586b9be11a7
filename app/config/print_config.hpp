#pragma once

#include "app/config/settings.hpp"

#include <string>

namespace clarion::app {

/// The settings as a configuration file that reads back as the same settings. Every setting is in
/// it, defaults included. Secrets are named by file, so that there are none to mask.
std::string to_toml(const settings& shown);

}  // namespace clarion::app
