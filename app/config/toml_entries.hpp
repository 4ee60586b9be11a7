#pragma once

#include "app/config/setting_value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// A configuration file as TOML, before anybody asks what its keys mean.
namespace clarion::app {

/// One key of the file with what stands behind it.
struct toml_entry {
    /// "limits.drain_ms" inside of a section that settings have, "models.0.timeouts.idle_ms" inside
    /// of the first of a section that repeats, "models.0" for its head; otherwise the key alone.
    std::string path;
    std::uint32_t line = 0;
    /// Nothing: of a type that no setting has.
    std::optional<setting_value> value;
};

/// Why a text is not TOML: one line of printable text.
struct toml_fault {
    std::size_t line = 0;
    std::string what;
};

/// The entries in the order of their lines. No text whatever makes it throw.
[[nodiscard]] std::variant<std::vector<toml_entry>, toml_fault> read_toml(std::string_view text);

}  // namespace clarion::app
