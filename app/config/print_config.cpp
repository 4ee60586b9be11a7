#include "app/config/print_config.hpp"

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
        const auto spelled = [](const auto& value) {
            return toml_of(value);
        };
        out.append(std::visit(spelled, row.field.read(shown))).append("\n");
    }
    return out;
}

}  // namespace clarion::app
