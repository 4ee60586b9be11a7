#pragma once

#include "app/config/command_line.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::app {

/// A token lives a second at least and a year at most: nothing but a revocation ends it earlier.
inline constexpr std::chrono::seconds token_ttl_min{1};
inline constexpr std::chrono::seconds token_ttl_max{std::chrono::hours(24 * 366)};

/// "90s", "15m", "1h", "7d"; nothing when it is spelled otherwise or out of those bounds.
[[nodiscard]] std::optional<std::chrono::seconds> parse_ttl(std::string_view spelled);

/// Reads what follows `clarion token`: make_token, help, or usage_error with the first fault.
[[nodiscard]] any_command parse_token_command(const std::vector<std::string>& words);

}  // namespace clarion::app
