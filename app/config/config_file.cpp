#include "app/config/config_file.hpp"

#include "app/config/complaint.hpp"
#include "app/config/repeated_sections.hpp"
#include "app/config/setting_table.hpp"
#include "app/config/toml_entries.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

std::optional<std::string> overlay_repeated(
    settings& onto,
    const toml_entry& with,
    const repeated_place& at,
    const std::string& place
) {
    at.section->make(onto, at.index);
    if (at.key.empty())
        return std::nullopt;
    const repeated_setting* const row = find_setting(*at.section, at.key);
    if (row == nullptr && at.section->take_other != nullptr) {
        const setting_value* const value = with.value ? &*with.value : nullptr;
        const auto refused = at.section->take_other(onto, at.index, at.key, value);
        return refused ? std::optional(place + " " + *refused) : std::nullopt;
    }
    if (row == nullptr)
        return place + " is not a setting";
    if (!with.value || !accepts(row->rule, *with.value))
        return out_of_rule(place, row->rule);
    row->write(onto, at.index, *with.value);
    return std::nullopt;
}

std::optional<std::string>
overlay(settings& onto, const toml_entry& with, const std::string& file) {
    const std::string place =
        file + ":" + std::to_string(with.line) + ": " + on_one_line(with.path);
    if (is_repeated_section(with.path))
        return place + " must be a section in double brackets";
    if (is_section(with.path))
        return place + " must be a section";
    if (auto repeated = find_repeated(with.path))
        return overlay_repeated(onto, with, *repeated, place);
    const setting* const row = find_setting(with.path);
    if (row == nullptr)
        return place + " is not a setting";
    if (!with.value || !accepts(row->rule, *with.value))
        return out_of_rule(place, row->rule);
    row->field.write(onto, *with.value);
    return std::nullopt;
}

std::string unreadable(const std::string& path) {
    return path + ": cannot be read: " + std::generic_category().message(errno);
}

}  // namespace

std::optional<std::string> read_config_file(const std::string& path, settings& onto) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return unreadable(path);
    // A folder opens like a file, and fails only here.
    if (file.peek() == std::ifstream::traits_type::eof() && file.bad())
        return unreadable(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return read_config_text(text, path, onto);
}

std::optional<std::string>
read_config_text(std::string_view text, const std::string& name, settings& onto) {
    const auto read = read_toml(text);
    if (const auto* const fault = std::get_if<toml_fault>(&read))
        return name + ":" + std::to_string(fault->line) + ": " + fault->what;
    for (const toml_entry& each : std::get<std::vector<toml_entry>>(read))
        if (auto complaint = overlay(onto, each, name))
            return complaint;
    return std::nullopt;
}

}  // namespace clarion::app
