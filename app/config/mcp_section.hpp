#pragma once

#include "app/config/repeated_sections.hpp"

#include <optional>
#include <string>

// `[[mcp]]` of the configuration file (PROTOCOL §10).
namespace clarion::app {

/// Its description, with the keys that users make up: `env.NAME`, `tools.NAME`,
/// `tools.NAME.approve`, `tools.NAME.when.ARGUMENT`.
[[nodiscard]] repeated_section mcp_section();

/// What is wrong with the servers as they are: one line that names the place.
[[nodiscard]] std::optional<std::string> wrong_mcp(const settings& checked);

}  // namespace clarion::app
