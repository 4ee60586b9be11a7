#pragma once

#include "app/config/setting_value.hpp"
#include "app/config/settings.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The settings of sections that stand in the file any number of times, `[[models]]`, `[[mcp]]` and
// `[[agents]]`: the one description of each, as `setting_table.hpp` is for the others. They come
// from the file alone.
namespace clarion::app {

struct repeated_setting {
    /// "base_url", "timeouts.idle_ms".
    std::string_view key;
    setting_value (*read)(const settings&, std::size_t index);
    /// Gets a value that obeys the rule, for one that exists.
    void (*write)(settings&, std::size_t index, const setting_value&);
    value_rule rule;
};

/// A setting as it stands in the file: its key, with quotes where TOML wants them, and its value.
struct spelled_setting {
    std::string key;
    setting_value value;
};

struct repeated_section {
    std::string_view name;
    std::size_t (*count)(const settings&);
    /// Makes those up to `index` exist.
    void (*make)(settings&, std::size_t index);
    std::vector<repeated_setting> rows;
    /// Takes a key that no row has, for sections with keys that users make up: the end of a
    /// sentence that begins with its place when it is refused. nullptr: there are none.
    std::optional<std::string> (*take_other)(
        settings&,
        std::size_t index,
        std::string_view key,
        const setting_value* value
    ) = nullptr;
    /// Those keys, secrets masked.
    std::vector<spelled_setting> (*others)(const settings&, std::size_t index) = nullptr;
};

/// In the order of PROTOCOL §10.
[[nodiscard]] const std::vector<repeated_section>& repeated_sections();
[[nodiscard]] bool is_repeated_section(std::string_view name);

/// Where a path such as "models.0.base_url" leads; the key is empty for "models.0".
struct repeated_place {
    const repeated_section* section = nullptr;
    std::size_t index = 0;
    std::string key;
};
/// Nothing for the path of any other setting.
[[nodiscard]] std::optional<repeated_place> find_repeated(std::string_view path);
/// Nothing (nullptr) when there is no such setting.
[[nodiscard]] const repeated_setting*
find_setting(const repeated_section& section, std::string_view key);

}  // namespace clarion::app
