#include "app/config/help_text.hpp"

#include "app/config/given_words.hpp"
#include "app/config/setting_table.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace clarion::app {

namespace {

constexpr std::string_view head =
    "A chat server for AI agents whose events never go missing.\n"
    "\n"
    "Usage: clarion [serve] [FLAG...]      serves until a signal ends it\n"
    "       clarion check-config [FLAG...] says whether it would serve with these settings\n"
    "       clarion print-config [FLAG...] prints the settings as a configuration file\n"
    "       clarion audit --data DIR       holds the invariants against a stopped server's log:\n"
    "                                      one line for each violation, exit status 1 for any\n"
    "       clarion restore --from FILE --data DIR\n"
    "                                      makes a data directory out of a backup (restore "
    "--help)\n"
    "       clarion replay --data DIR --user NAME --thread ID [--run ID] [--speed X]\n"
    "                                      plays a stopped server's thread to page and terminal\n"
    "                                      client, read only (replay --help)\n"
    "       clarion token --secret-file FILE --user NAME [--ttl 1h]\n"
    "                                      prints a token for --auth jwt (token --help)\n"
    "       clarion mcp-probe URL | -- COMMAND...\n"
    "                                      lists and calls every tool of an MCP server\n"
    "       clarion version\n"
    "\n"
    "A setting comes from its flag, else from its environment variable, else from the\n"
    "configuration file, else it has its default. In a variable a repeatable flag is\n"
    "comma-separated.\n"
    "\n";

void append_flag(
    std::string& text,
    std::string_view spelled,
    std::string_view help,
    std::string_view source
) {
    text.append("  ").append(spelled).append("\n      ").append(help);
    text.append("\n      ").append(source).append("\n");
}

std::string default_of(const setting& row) {
    if (row.path == "server.data")
        return "$XDG_STATE_HOME/clarion, else ~/.local/state/clarion";
    const setting_value value = row.field.read(settings());
    if (const auto* const is_on = std::get_if<bool>(&value))
        return *is_on ? "true" : "false";
    if (const auto* const number = std::get_if<std::int64_t>(&value))
        return std::to_string(*number);
    const auto* const spelled = std::get_if<std::string>(&value);
    return spelled == nullptr || spelled->empty() ? "none" : *spelled;
}

}  // namespace

std::string help_text() {
    std::string text(head);
    append_flag(
        text,
        std::string(config_flag) + " FILE",
        "the configuration file (TOML)",
        std::string(config_variable) + ", default: none"
    );
    for (const setting& row : all_settings()) {
        if (!row.has_flag())
            continue;
        std::string spelled = flag_of(row);
        if (!row.placeholder.empty())
            spelled.append(" ").append(row.placeholder);
        append_flag(text, spelled, row.help, variable_of(row) + ", default: " + default_of(row));
    }
    return text + "  -h, --help\n      prints this\n";
}

}  // namespace clarion::app
