#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::failure {

/// How loud a log line or a failure is, in rising order.
enum class severity : std::uint8_t { debug, info, warning, error, critical };
inline constexpr std::size_t severities_count = 5;
constexpr std::string_view names_of(severity) {
    return "debug|info|warning|error|critical";
}

}  // namespace clarion::failure
