#include "app/config/config_file.hpp"

#include "app/config/complaint.hpp"
#include "app/config/setting_table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace clarion::app {

namespace {

// Sections of PROTOCOL §10 that later versions read.
constexpr std::array<std::string_view, 3> later_sections = {"models", "mcp", "agents"};

/// One key of the file with what stands behind it.
struct entry {
    std::string path;
    std::uint32_t line = 0;
    /// Nothing: of a type that no setting has.
    std::optional<setting_value> value;
};

std::optional<setting_value> texts_of(const toml::array& array) {
    std::vector<std::string> texts;
    for (const toml::node& element : array) {
        const auto* const one = element.as_string();
        if (one == nullptr)
            return std::nullopt;
        texts.push_back(one->get());
    }
    return texts;
}

std::optional<setting_value> value_of(const toml::node& node) {
    if (const auto* const toggle = node.as_boolean())
        return setting_value(toggle->get());
    if (const auto* const number = node.as_integer())
        return setting_value(number->get());
    if (const auto* const text = node.as_string())
        return setting_value(text->get());
    if (const auto* const array = node.as_array())
        return texts_of(*array);
    return std::nullopt;
}

void append_entries(
    std::vector<entry>& entries,
    const toml::table& table,
    std::string_view prefix
) {
    for (const auto& [key, node] : table) {
        entry found;
        found.path = std::string(prefix) + std::string(key.str());
        found.line = node.source().begin.line;
        const toml::table* const inner = node.as_table();
        if (prefix.empty() && inner != nullptr && is_section(found.path)) {
            append_entries(entries, *inner, found.path + ".");
            continue;
        }
        found.value = value_of(node);
        entries.push_back(std::move(found));
    }
}

std::optional<std::string> overlay(settings& onto, const entry& with, const std::string& file) {
    const std::string place =
        file + ":" + std::to_string(with.line) + ": " + on_one_line(with.path);
    if (std::ranges::find(later_sections, with.path) != later_sections.end())
        return place + " is not supported by this version";
    if (is_section(with.path))
        return place + " must be a section";
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
    std::vector<entry> entries;
    try {
        append_entries(entries, toml::parse(text), {});
    } catch (const toml::parse_error& error) {
        return name + ":" + std::to_string(error.source().begin.line) + ": " +
               on_one_line(error.description());
    }
    // toml++ sorts by key; who reads the complaint goes through the file from above.
    std::ranges::stable_sort(entries, {}, &entry::line);
    for (const entry& each : entries)
        if (auto complaint = overlay(onto, each, name))
            return complaint;
    return std::nullopt;
}

}  // namespace clarion::app
