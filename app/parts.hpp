#pragma once

#include "app/admin/observed.hpp"
#include "app/config/settings.hpp"
#include "app/readiness.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/async/shard.hpp"
#include "core/conversation/conversations.hpp"
#include "core/failure/ledger.hpp"
#include "core/session/session_settings.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"
#include "net/http/site.hpp"
#include "net/listener.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The parts of a server, each made from its settings. What cannot be made throws std::runtime_error
// with the one line that start-up prints.
namespace clarion::app {

std::int64_t unix_ms();

using shards = std::vector<std::unique_ptr<shard>>;
shards make_shards(const server_settings& with);
std::vector<shard*> pointers_to(const shards& all);

std::unique_ptr<storage::event_log> open_log(const server_settings& with);

agents::tool_registry make_tools();
agents::agent_registry make_agents(const settings& with);

conversation::conversations_settings conversations_settings_of(const limit_settings& limits);
session::session_settings
session_settings_of(const limit_settings& limits, const agents::agent_registry& agents);

/// "HOST:PORT", an IPv6 host in brackets.
net::listen_address address_of(const std::string& text);
net::listener_options listener_options_of(const server_settings& with, net::log_line log);

http::site_options main_site(
    const settings& with,
    const readiness& ready,
    http::session_service sessions,
    net::log_line log
);
http::site_options admin_site(const readiness& ready, const observed& server, net::log_line log);

/// What the log on disk has done; nothing for one in memory. Any thread, as long as the log lives.
std::function<std::optional<storage::sqlite_figures>()> figures_of(const storage::event_log& log);

/// One line about what was asked for, for the log. No secrets.
std::string start_line(const settings& with, std::size_t shards_count);

}  // namespace clarion::app
