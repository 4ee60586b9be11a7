#include "app/config/mcp_section.hpp"

#include "app/config/complaint.hpp"
#include "app/config/section_rows.hpp"
#include "net/http/url.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view policies = "never, always or unless-read-only";
// `agent.NAME` is an agent as a tool.
constexpr std::string_view taken_name = "agent";

bool is_policy(std::string_view text) {
    return text == "never" || text == "always" || text == "unless-read-only";
}

bool is_server_url(std::string_view text) {
    const auto parsed = http::parse_url(text);
    const auto* const found = std::get_if<http::url>(&parsed);
    // A secret in a URL would be shown by print-config.
    return found != nullptr && found->user_info.empty();
}

bool is_word(std::string_view text) {
    return !text.empty() && text.find('\0') == std::string_view::npos;
}

bool is_bare(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '-';
    });
}

bool is_pattern(const std::string& text) {
    try {
        const std::regex read(text);
        return true;
    } catch (const std::regex_error&) {
        return false;  // which is what was asked
    }
}

mcp_tool_config& tool_of(mcp_config& server, std::string_view name) {
    const auto found = std::ranges::find(server.tools, name, &mcp_tool_config::tool);
    if (found != server.tools.end())
        return *found;
    mcp_tool_config& made = server.tools.emplace_back();
    made.tool = std::string(name);
    return made;
}

using complaint = std::optional<std::string>;

complaint take_policy(mcp_tool_config& tool, const std::string& text) {
    if (!is_policy(text))
        return "must be " + std::string(policies);
    tool.approve = text;
    return std::nullopt;
}

complaint take_tool(mcp_config& server, std::string_view key, const std::string& text) {
    constexpr std::string_view when = ".when.";
    constexpr std::string_view approve = ".approve";
    const std::size_t at = key.rfind(when);
    if (at != std::string_view::npos) {
        if (!is_pattern(text))
            return "must be a regular expression";
        tool_of(server, key.substr(0, at)).when[std::string(key.substr(at + when.size()))] = text;
        return std::nullopt;
    }
    if (key.ends_with(approve))
        key.remove_suffix(approve.size());
    return take_policy(tool_of(server, key), text);
}

complaint
take_other(settings& onto, std::size_t index, std::string_view key, const setting_value* value) {
    constexpr std::string_view env = "env.";
    constexpr std::string_view tools = "tools.";
    const bool is_env = key.starts_with(env);
    if (!is_env && !key.starts_with(tools))
        return "is not a setting";
    const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    if (text == nullptr)
        return "must be a text";
    mcp_config& server = onto.mcp[index];
    if (!is_env)
        return take_tool(server, key.substr(tools.size()), *text);
    const std::string name(key.substr(env.size()));
    if (name.empty() || name.find('=') != std::string::npos || !is_word(*text + "x"))
        return "must be a variable and its text";
    server.env[name] = *text;
    return std::nullopt;
}

std::string key_of(std::string_view part) {
    if (is_bare(part))
        return std::string(part);
    std::string spelled = "\"";
    for (const char c : part)
        spelled.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    return spelled + "\"";
}

std::vector<spelled_setting> others_of(const settings& from, std::size_t index) {
    const mcp_config& server = from.mcp[index];
    std::vector<spelled_setting> all;
    for (const auto& [name, value] : server.env)
        all.push_back({"env." + key_of(name), std::string("***")});
    for (const mcp_tool_config& one : server.tools) {
        const std::string place = "tools." + key_of(one.tool);
        all.push_back({place + ".approve", one.approve});
        for (const auto& [argument, pattern] : one.when)
            all.push_back({place + ".when." + key_of(argument), pattern});
    }
    return all;
}

}  // namespace

repeated_section mcp_section() {
    using of = mcp_config;
    constexpr auto all = &settings::mcp;
    repeated_section made = rows::section<&settings::mcp>(
        "mcp",
        {
            rows::row<all, &of::name>(
                "name",
                text("a name of letters, digits, - and _, which its tools begin with", is_bare)
            ),
            rows::row<all, &of::command>("command", list("a word of a command", is_word)),
            rows::row<all, &of::url>(
                "url",
                text("a URL such as http://127.0.0.1:3101/mcp, without a user", is_server_url)
            ),
            rows::row<all, &of::approve>("approve", text(std::string(policies), is_policy)),
        }
    );
    made.take_other = take_other;
    made.others = others_of;
    return made;
}

complaint wrong_mcp(const settings& checked) {
    std::set<std::string> names;
    for (std::size_t index = 0; index < checked.mcp.size(); ++index) {
        const mcp_config& server = checked.mcp[index];
        const std::string place =
            "[[mcp]] " +
            (server.name.empty() ? "number " + std::to_string(index + 1) : quoted(server.name)) +
            ": ";
        if (server.name.empty())
            return place + "name is required";
        if (server.name.size() > name_bytes_max)
            return place + "name is too long";
        if (server.name == taken_name)
            return place + "that name is taken: agent.NAME is an agent as a tool";
        if (!names.insert(server.name).second)
            return place + "there are two of that name";
        if (server.command.empty() == server.url.empty())
            return place + "give command or url" + (server.url.empty() ? "" : ", not both");
        if (server.command.empty() && !server.env.empty())
            return place + "env is for a command";
    }
    return std::nullopt;
}

}  // namespace clarion::app
