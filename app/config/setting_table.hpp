#pragma once

#include "app/config/setting_field.hpp"
#include "app/config/setting_value.hpp"

#include <string>
#include <string_view>
#include <vector>

// The one description of every setting. Flags, variables, the file, help and print-config are
// derived from it: a setting that has no row here does not exist.
namespace clarion::app {

struct setting {
    /// Where it stands in the file: "server.listen", "demo".
    std::string_view path;
    setting_field field;
    value_rule rule;
    /// What help shows in place of a value; empty for a toggle, and without a flag.
    std::string_view placeholder;
    /// One clause for help; empty without a flag.
    std::string_view help;

    /// Those of `[server]` that have a help text; the others come from the file alone.
    [[nodiscard]] bool has_flag() const { return !help.empty(); }
};

/// In the order of PROTOCOL §10; those outside of a section come first.
[[nodiscard]] const std::vector<setting>& all_settings();

/// Nothing (nullptr) when there is no such setting.
[[nodiscard]] const setting* find_setting(std::string_view path);

/// Whether some setting stands in the section of this name.
[[nodiscard]] bool is_section(std::string_view name);

/// "--allow-origin" and "CLARION_ALLOW_ORIGIN" for "server.allow_origin".
[[nodiscard]] std::string flag_of(const setting& described);
[[nodiscard]] std::string variable_of(const setting& described);

}  // namespace clarion::app
