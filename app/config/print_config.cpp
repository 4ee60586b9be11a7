#include "app/config/print_config.hpp"

#include "app/config/repeated_sections.hpp"
#include "app/config/setting_table.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

// A basic string of TOML 1.0.
std::string toml_of(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (c == '"' || c == '\\')
            out.append(1, '\\').append(1, c);
        else if (byte < 0x20 || byte == 0x7F)
            out.append("\\u00").append(1, hex[byte >> 4U]).append(1, hex[byte & 15U]);
        else
            out += c;
    }
    return out + "\"";
}

std::string toml_of(bool is_on) {
    return is_on ? "true" : "false";
}

std::string toml_of(std::int64_t number) {
    return std::to_string(number);
}

std::string toml_of(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const auto& text : texts)
        out.append(out.size() == 1 ? "" : ", ").append(toml_of(text));
    return out + "]";
}

std::string spelled(const setting_value& value) {
    const auto spell = [](const auto& one) {
        return toml_of(one);
    };
    return std::visit(spell, value);
}

}  // namespace

std::string to_toml(const settings& shown) {
    std::string out;
    std::string_view section;
    for (const setting& row : all_settings()) {
        const std::size_t dot = row.path.find('.');
        const bool is_inside = dot != std::string_view::npos;
        if (is_inside && row.path.substr(0, dot) != section) {
            section = row.path.substr(0, dot);
            out.append("\n[").append(section).append("]\n");
        }
        out.append(is_inside ? row.path.substr(dot + 1) : row.path).append(" = ");
        out.append(spelled(row.field.read(shown))).append("\n");
    }
    for (const repeated_section& repeated : repeated_sections())
        for (std::size_t index = 0; index < repeated.count(shown); ++index) {
            out.append("\n[[").append(repeated.name).append("]]\n");
            for (const repeated_setting& row : repeated.rows) {
                const setting_value value = row.read(shown, index);
                // An empty text is one that is not set, and could not be read back.
                if (value != setting_value(std::string()))
                    out.append(row.key).append(" = ").append(spelled(value)).append("\n");
            }
            if (repeated.others != nullptr)
                for (const spelled_setting& one : repeated.others(shown, index))
                    out.append(one.key).append(" = ").append(spelled(one.value)).append("\n");
        }
    return out;
}

}  // namespace clarion::app
