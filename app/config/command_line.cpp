#include "app/config/command_line.hpp"

#include "app/config/complaint.hpp"
#include "app/config/config_file.hpp"
#include "app/config/given_words.hpp"
#include "app/config/help_text.hpp"
#include "app/config/mcp_probe_command.hpp"
#include "app/config/replay_command.hpp"
#include "app/config/restore_command.hpp"
#include "app/config/setting_table.hpp"
#include "app/config/token_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::array<std::string_view, 5> present_commands =
    {"serve", "check-config", "print-config", "audit", "version"};
constexpr std::string_view see_help = " (clarion --help lists them)";

using complaint = std::optional<std::string>;

const std::string* find_variable(const environment& variables, std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? nullptr : &found->second;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> comma_separated(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t comma = text.find(',');
        parts.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos)
            return parts;
        text.remove_prefix(comma + 1);
    }
}

// A setting from what stands at one place, a flag or a variable.
complaint overlay(
    settings& onto,
    const setting& row,
    std::string_view place,
    const std::vector<std::string>& spelled
) {
    for (const auto& one : spelled)
        if (!parse_value(row.rule, one))
            return misspelled(place, one, row.rule);
    if (row.rule.of == value_rule::kind::list) {
        row.field.write(onto, spelled);
        return std::nullopt;
    }
    if (spelled.size() > 1)
        return std::string(place) + " is given more than once";
    row.field.write(onto, *parse_value(row.rule, spelled.front()));
    return std::nullopt;
}

complaint overlay_variables(settings& onto, const environment& variables) {
    for (const setting& row : all_settings()) {
        const std::string name = variable_of(row);
        const std::string* const value = row.has_flag() ? find_variable(variables, name) : nullptr;
        if (value == nullptr)
            continue;
        const bool is_list = row.rule.of == value_rule::kind::list;
        const auto spelled = is_list ? comma_separated(*value) : std::vector{*value};
        if (auto fault = overlay(onto, row, name, spelled))
            return fault;
    }
    return std::nullopt;
}

complaint overlay_flags(settings& onto, const given_words& words) {
    for (const setting& row : all_settings()) {
        const auto given = words.flags.find(flag_of(row));
        if (given == words.flags.end())
            continue;
        if (auto fault = overlay(onto, row, given->first, given->second))
            return fault;
    }
    return std::nullopt;
}

complaint overlay_file(settings& onto, const given_words& words, const environment& variables) {
    const auto flag = words.flags.find(config_flag);
    if (flag != words.flags.end()) {
        if (flag->second.size() > 1)
            return std::string(config_flag) + " is given more than once";
        return read_config_file(flag->second.front(), onto);
    }
    if (const std::string* const path = find_variable(variables, config_variable))
        return read_config_file(*path, onto);
    return std::nullopt;
}

// XDG Base Directory Specification: a path that is not absolute does not count.
complaint choose_data_directory(settings& onto, const environment& variables) {
    if (!onto.server.data.empty())
        return std::nullopt;
    const std::string* const state = find_variable(variables, "XDG_STATE_HOME");
    const std::string* const home = find_variable(variables, "HOME");
    if (state != nullptr && state->starts_with('/'))
        onto.server.data = *state + "/clarion";
    else if (home != nullptr && home->starts_with('/'))
        onto.server.data = *home + "/.local/state/clarion";
    else
        return "--data: there is no default directory, because neither XDG_STATE_HOME nor HOME is "
               "set; name one";
    return std::nullopt;
}

std::variant<settings, std::string> gather(const given_words& words, const environment& variables) {
    settings made;
    if (auto fault = overlay_file(made, words, variables))
        return *std::move(fault);
    if (auto fault = overlay_variables(made, variables))
        return *std::move(fault);
    if (auto fault = overlay_flags(made, words))
        return *std::move(fault);
    if (auto fault = choose_data_directory(made, variables))
        return *std::move(fault);
    return made;
}

complaint unexpected_word(const given_words& words) {
    for (const auto& word : words.unexpected)
        if (word.starts_with('-'))
            return quoted(word) + " is not a flag" + std::string(see_help);
    if (std::ranges::find(present_commands, words.command) == present_commands.end())
        return quoted(words.command) + " is not a command" + std::string(see_help);
    if (!words.unexpected.empty())
        return quoted(words.unexpected.front()) + " is one word too many";
    return std::nullopt;
}

}  // namespace

any_command
parse_command_line(const std::vector<std::string>& arguments, const environment& variables) {
    // They have flags of their own, and no setting.
    if (!arguments.empty() && arguments.front() == "token")
        return parse_token_command({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments.front() == "restore")
        return parse_restore_command({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments.front() == "mcp-probe")
        return parse_mcp_probe_command({arguments.begin() + 1, arguments.end()});
    // It has flags of its own beside the settings.
    if (!arguments.empty() && arguments.front() == "replay")
        return parse_replay_command({arguments.begin() + 1, arguments.end()}, variables);
    auto taken = take_apart(arguments);
    if (auto* const fault = std::get_if<std::string>(&taken))
        return command::usage_error{std::move(*fault)};
    const auto& words = std::get<given_words>(taken);
    if (words.wants_help)
        return command::help{help_text()};
    if (auto fault = unexpected_word(words))
        return command::usage_error{*std::move(fault)};
    if (words.wants_version || words.command == "version")
        return command::show_version{};
    auto gathered = gather(words, variables);
    if (auto* const fault = std::get_if<std::string>(&gathered))
        return command::usage_error{std::move(*fault)};
    auto& made = std::get<settings>(gathered);
    if (words.command == "check-config")
        return command::check_config{std::move(made)};
    if (words.command == "print-config")
        return command::print_config{std::move(made)};
    if (words.command == "audit") {
        if (made.server.data == ":memory:")
            return command::usage_error{"--data: :memory: leaves no log behind to be audited"};
        return command::audit{std::move(made.server.data)};
    }
    return command::serve{std::move(made)};
}

}  // namespace clarion::app
