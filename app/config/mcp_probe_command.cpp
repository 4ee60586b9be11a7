#include "app/config/mcp_probe_command.hpp"

#include "app/config/complaint.hpp"
#include "net/http/url.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

constexpr std::string_view usage =
    "Usage: clarion mcp-probe URL\n"
    "       clarion mcp-probe -- COMMAND [ARGUMENT...]\n"
    "\n"
    "Tries an MCP server out, over HTTP or over the standard streams of a command: opens it, "
    "lists\n"
    "its tools, and calls each once, with arguments made from its schema. One line for each on\n"
    "standard output. Exit status 0 when the server answered everything, also with errors of its\n"
    "tools, 1 when it did not.\n"
    "Calls do what they do: probe no server whose tools must not be called.\n";

}  // namespace

any_command parse_mcp_probe_command(const std::vector<std::string>& words) {
    command::mcp_probe asked;
    if (!words.empty() && words.front() == "--") {
        asked.words.assign(words.begin() + 1, words.end());
        if (asked.words.empty() || asked.words.front().empty())
            return command::usage_error{"clarion mcp-probe -- needs a command"};
        return asked;
    }
    for (const std::string& word : words)
        if (word == "--help" || word == "-h")
            return command::help{std::string(usage)};
    if (words.size() != 1)
        return command::usage_error{
            "clarion mcp-probe needs a URL, or -- and a command (clarion mcp-probe --help)"
        };
    auto parsed = http::parse_url(words.front());
    if (const auto* const wrong = std::get_if<http::url_error>(&parsed))
        return command::usage_error{quoted(words.front()) + ": " + wrong->message};
    asked.url = words.front();
    return asked;
}

}  // namespace clarion::app
