#pragma once

#include "app/config/settings.hpp"
#include "core/protocol/ids.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::app {

/// What a command line asks for (PROTOCOL §8).
namespace command {

struct serve {
    settings with;
};
struct check_config {
    settings with;
};
struct print_config {
    settings with;
};
/// The log of a stopped server, by its directory.
struct audit {
    std::string directory;
};
/// A data directory out of a backup.
struct restore {
    std::string backup;
    std::string directory;
};
/// A thread or run of a stopped server's log, played to whoever connects.
struct replay {
    settings with;
    protocol::thread_key thread;
    std::optional<std::string> run_id;
    double speed = 1;
};
struct make_token {
    std::string secret_file;
    std::string user;
    std::chrono::seconds ttl{0};
    /// Empty: the token says nothing of it.
    std::string issuer;
    std::string audience;
};
/// An MCP server to be tried out: by its URL, or by the command that starts it.
struct mcp_probe {
    std::string url;
    std::vector<std::string> words;
};
struct show_version {};
struct help {
    std::string text;
};
/// Nothing that could be done; `line` says where and why.
struct usage_error {
    std::string line;
};

}  // namespace command

using any_command = std::variant<
    command::serve,
    command::check_config,
    command::print_config,
    command::audit,
    command::restore,
    command::replay,
    command::make_token,
    command::mcp_probe,
    command::show_version,
    command::help,
    command::usage_error>;

/// The variables of a process, by name.
using environment = std::map<std::string, std::string, std::less<>>;

/// Reads a command line without the program's name. Each setting comes from its flag, else from its
/// variable (an empty one counts as absent), else from the file that `--config` or CLARION_CONFIG
/// names, else it has its default. Everything given is checked, also what is overridden; the first
/// fault ends in usage_error. Whether the settings go together is for safety.hpp to say.
[[nodiscard]] any_command
parse_command_line(const std::vector<std::string>& arguments, const environment& variables);

}  // namespace clarion::app
