#include "app/commands.hpp"

#include "app/application.hpp"
#include "app/audit.hpp"
#include "app/config/command_line.hpp"
#include "app/config/complaint.hpp"
#include "app/config/print_config.hpp"
#include "app/config/safety.hpp"
#include "app/mcp_probe.hpp"
#include "app/parts.hpp"
#include "app/replay.hpp"
#include "app/restore.hpp"
#include "app/version.hpp"
#include "core/session/jwt.hpp"
#include "net/http/upgrade.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <unistd.h>

namespace clarion::app {

namespace {

constexpr int done = 0;
constexpr int usage_or_configuration = 2;

int refuse(const std::string& line) {
    std::cerr << "clarion: " << line << '\n';
    return usage_or_configuration;
}

/// Carries a command out; each overload returns the exit status.
struct carry_out {
    int operator()(const command::serve& asked) const {
        if (const auto fault = unsafe_settings(asked.with))
            return refuse(*fault);
        return serve(asked.with);
    }
    int operator()(const command::check_config& asked) const {
        if (const auto fault = unsafe_settings(asked.with))
            return refuse(*fault);
        std::cout << "the configuration is sound\n";
        return done;
    }
    int operator()(const command::print_config& asked) const {
        std::cout << to_toml(asked.with);
        return done;
    }
    int operator()(const command::audit& asked) const { return audit_directory(asked.directory); }
    int operator()(const command::restore& asked) const {
        return restore_backup(asked.backup, asked.directory);
    }
    int operator()(const command::replay& asked) const {
        if (const auto fault = unsafe_settings(asked.with))
            return refuse(*fault);
        return replay_thread(asked.with, {asked.thread, asked.run_id}, {asked.speed});
    }
    int operator()(const command::make_token& asked) const {
        const auto read = session::read_token_secret(asked.secret_file);
        if (const auto* refused = std::get_if<session::secret_refused>(&read))
            return refuse("--secret-file: " + on_one_line(refused->why));
        const session::token_order order{
            asked.user,
            unix_ms(),
            asked.ttl,
            {asked.issuer, asked.audience},
        };
        std::cout << session::make_token(order, *std::get<session::secret_ptr>(read)) << '\n';
        return done;
    }
    int operator()(const command::mcp_probe& asked) const { return probe_mcp_server(asked); }
    int operator()(const command::show_version&) const {
        std::cout << "clarion " << version << " (protocol " << http::subprotocol << ", build "
                  << build_id() << ")\n";
        return done;
    }
    int operator()(const command::help& asked) const {
        std::cout << asked.text;
        return done;
    }
    int operator()(const command::usage_error& fault) const { return refuse(fault.line); }
};

environment variables_of_process() {
    environment variables;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view line(*each);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos)
            variables.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return variables;
}

}  // namespace

int run_command(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return std::visit(carry_out{}, parse_command_line(arguments, variables_of_process()));
}

}  // namespace clarion::app
