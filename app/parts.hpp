#pragma once

#include "app/admin/observed.hpp"
#include "app/config/settings.hpp"
#include "app/home_directory.hpp"
#include "app/memory_watch.hpp"
#include "app/model_parts.hpp"
#include "app/readiness.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/async/shard.hpp"
#include "core/conversation/conversations.hpp"
#include "core/failure/ledger.hpp"
#include "core/failure/log.hpp"
#include "core/ports/model.hpp"
#include "core/ports/remote_agent.hpp"
#include "core/session/session_settings.hpp"
#include "core/session/token_door.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"
#include "net/http/site.hpp"
#include "net/listener.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The parts of a server, each made from its settings. What cannot be made throws std::runtime_error
// with the one line that start-up prints.
namespace clarion::app {

std::int64_t unix_ms();
failure::log_settings log_settings_of(const server_settings& with);

using shards = std::vector<std::unique_ptr<shard>>;
shards make_shards(const server_settings& with);
std::vector<shard*> pointers_to(const shards& all);

/// Options of a log whose full disk and whose breakdown go to the ledger and to readiness, which
/// outlive it.
storage::sqlite_options log_options(failure::ledger& failures, readiness& ready);
std::unique_ptr<storage::event_log>
open_log(const server_settings& with, const storage::sqlite_options& options);

/// The configured models on every shard, asked through the proxies of the environment.
std::unique_ptr<ports::models> make_models(const settings& with, const shards& all);
std::unique_ptr<ports::remote_agents> make_remote_agents(const settings& with, const shards& all);
/// `tools` and `models` outlive the agents.
agents::agent_registry
make_agents(const settings& with, const agents::tool_registry& tools, outside services);

/// `memory` outlives who is given the settings, like that of `main_site`.
conversation::conversations_settings
conversations_settings_of(const limit_settings& limits, const session::memory_budget& memory);
session::session_settings
session_settings_of(const limit_settings& limits, const agents::agent_registry& agents);

/// The secret of `--jwt-secret-file` and the keys of `--jwks`; nothing (nullptr) without the file.
/// What is doubtful about the keys goes to `log`.
session::secret_ptr read_secret(const server_settings& with);
session::key_set_ptr read_keys(const server_settings& with, const failure::logger& log);
/// Nothing (nullptr) with authentication off.
std::unique_ptr<session::token_door> make_token_door(
    const server_settings& with,
    const session::revocations& revoked,
    const failure::logger& log
);

/// "HOST:PORT", an IPv6 host in brackets.
net::listen_address address_of(const std::string& text);
/// What net tells whoever operates the server, and where: lines to the log, failures to the ledger;
/// and what tells net whether there is memory for more, and whose credential is the server's own.
struct net_reports {
    net::log_line log;
    failure::ledger* failures = nullptr;
    const session::memory_budget* memory = nullptr;
    std::function<bool(std::string_view)> is_own = [](std::string_view) {
        return false;
    };
    std::function<task<std::optional<std::string>>(std::string)> objection{};
};
/// Why a token is worth nothing to a door that outlives it, or nothing.
std::function<task<std::optional<std::string>>(std::string)> objections_of(
    session::authenticator& door
);
net::listener_options listener_options_of(const settings& with, net_reports told);

http::site_options main_site(
    const settings& with,
    const readiness& ready,
    http::session_service sessions,
    net_reports told
);
/// `verbs`: what changes something or costs something, by POST.
http::site_options admin_site(
    const readiness& ready,
    const observed& server,
    std::vector<http::route> verbs,
    net::log_line log
);

/// What an operator can look at, as of now. Refers to all that it is given.
observed observe(
    const shards& all,
    const home_directory& homes,
    const failure::ledger& failures,
    const failure::logging& logging,
    const storage::event_log& storage,
    const memory_watch& memory
);

/// One line about what was asked for, for the log. No secrets.
std::string start_line(const settings& with, std::size_t shards_count);

}  // namespace clarion::app
