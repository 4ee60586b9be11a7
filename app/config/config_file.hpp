#pragma once

#include "app/config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace clarion::app {

/// Writes what a configuration file says (TOML, PROTOCOL §10) over `onto`. Returns the line that
/// stops the start, "FILE:LINE: …", for the first thing in it that is not to be understood: nothing
/// in a file is ever ignored. `onto` is then written in part. Start-up alone; reads the disk.
[[nodiscard]] std::optional<std::string> read_config_file(const std::string& path, settings& onto);

/// The same for a text, which complaints call `name`.
[[nodiscard]] std::optional<std::string>
read_config_text(std::string_view text, const std::string& name, settings& onto);

}  // namespace clarion::app
