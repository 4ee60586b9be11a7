#include "app/parts.hpp"

#include "app/model_parts.hpp"
#include "app/routes.hpp"
#include "app/version.hpp"
#include "core/agents/demo/demo_agent.hpp"
#include "core/canary/canary_agent.hpp"
#include "core/storage/memory/memory_event_log.hpp"
#include "core/storage/sqlite/sqlite_event_log.hpp"
#include "net/agui/agui_endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::size_t echo_bytes_max = std::size_t{64} << 20U;
// An AG-UI client sends its whole thread each time; only the last message of it counts.
constexpr std::size_t agui_bytes_max = 4'194'304;

std::size_t bytes(std::int64_t setting) {
    return static_cast<std::size_t>(setting);
}

// Above both caps that answer, so that each of them is reached; 0 when one of them is off. Those
// who are being told that there are too many need a socket too.
std::size_t sockets_max(const limit_settings& limits) {
    constexpr std::size_t being_refused_max = 1'000;
    if (limits.connections_max == 0 || limits.unauthenticated_max == 0)
        return 0;
    return bytes(limits.connections_max) + bytes(limits.unauthenticated_max) + being_refused_max;
}

// An empty origin policy of a server whose users prove who they are: anybody may name any host.
http::origin_policy origins_of(const server_settings& with) {
    const bool trusting = with.auth == auth_mode::none && !with.insecure;
    return {
        .names = trusting ? http::own_names_only::on : http::own_names_only::off,
        .allowed_origins = with.allow_origin,
    };
}

task<std::optional<std::string>> why_refused(session::authenticator& door, std::string token) {
    using result = std::optional<std::string>;
    session::authentication judged = co_await door.check(std::move(token));
    auto* const refused = std::get_if<session::not_authenticated>(&judged);
    co_return refused == nullptr ? result() : result(std::move(refused->reason));
}

}  // namespace

std::int64_t unix_ms() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since_epoch).count();
}

failure::log_settings log_settings_of(const server_settings& with) {
    failure::log_settings made;
    made.format =
        with.log_as == log_format::json ? failure::log_format::json : failure::log_format::text;
    made.level = static_cast<failure::severity>(with.log_from);
    return made;
}

shards make_shards(const server_settings& with) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t count = with.shards == 0 ? cores : bytes(with.shards);
    shards made;
    for (std::size_t index = 0; index < count; ++index)
        made.push_back(std::make_unique<shard>(index));
    return made;
}

std::vector<shard*> pointers_to(const shards& all) {
    std::vector<shard*> pointers;
    for (const auto& one : all)
        pointers.push_back(one.get());
    return pointers;
}

storage::sqlite_options log_options(failure::ledger& failures, readiness& ready) {
    storage::sqlite_options made;
    made.on_full = [&failures, &ready](const std::string& reason) {
        ready.set(unready::storage, reason);
        failures.report(failure::code::storage_unavailable, {}, reason);
    };
    made.on_room = [&failures, &ready] {
        ready.clear(unready::storage);
        failures.log().warning("the log can be written again");
    };
    made.on_broken = [&failures, &ready](const std::string& reason) {
        ready.set(unready::storage, reason);
        failures.report(failure::code::storage_poisoned, {}, reason);
    };
    return made;
}

std::unique_ptr<storage::event_log>
open_log(const server_settings& with, const storage::sqlite_options& options) {
    if (with.data == ":memory:")
        return std::make_unique<storage::memory_event_log>();
    auto opened = storage::sqlite_event_log::open(with.data, options);
    if (auto* failure = std::get_if<storage::open_failure>(&opened))
        throw std::runtime_error(std::move(failure->reason));
    return std::get<std::unique_ptr<storage::sqlite_event_log>>(std::move(opened));
}

agents::agent_registry
make_agents(const settings& with, const agents::tool_registry& tools, outside services) {
    std::vector<std::unique_ptr<const agents::agent>> agents;
    if (with.demo)
        agents.push_back(agents::demo::make_demo_agent());
    agents.push_back(canary::make_agent());
    add_agents(agents, with, tools, services);
    return agents::agent_registry(std::move(agents), with.default_agent);
}

conversation::conversations_settings
conversations_settings_of(const limit_settings& limits, const session::memory_budget& memory) {
    conversation::conversations_settings made;
    made.memory = &memory;
    made.runs.journal.event_bytes_max = bytes(limits.event_bytes_max);
    made.runs.journal.delta_window = milliseconds(limits.delta_window_ms);
    made.runs.journal.approvals_open_max = bytes(limits.approvals_open_per_run_max);
    made.runs.journal.approval_timeout = milliseconds(limits.approval_timeout_ms);
    made.runs.deadline = milliseconds(limits.run_deadline_ms);
    made.runs.silence = milliseconds(limits.run_silence_ms);
    made.queued_runs_max = bytes(limits.queued_runs_max);
    made.messages_per_minute = limits.messages_per_minute;
    made.runs_active_per_user_max = bytes(limits.runs_active_per_user_max);
    made.connections_per_user_max = bytes(limits.connections_per_user_max);
    made.subscriptions_per_connection_max = bytes(limits.subscriptions_per_connection_max);
    return made;
}

session::session_settings
session_settings_of(const limit_settings& limits, const agents::agent_registry& agents) {
    session::session_settings made;
    made.server_version = server_name();
    made.agents = agents.cards();
    made.frame_bytes_max = bytes(limits.frame_bytes_max);
    made.message_bytes_max = bytes(limits.message_bytes_max);
    made.messages_per_minute = limits.messages_per_minute;
    made.queued_runs_max = bytes(limits.queued_runs_max);
    made.outbox_bytes_max = bytes(limits.outbox_bytes_max);
    made.handshake_timeout = milliseconds(limits.handshake_timeout_ms);
    made.heartbeat_interval = milliseconds(limits.heartbeat_interval_ms);
    made.heartbeat_timeout = milliseconds(limits.heartbeat_timeout_ms);
    return made;
}

session::secret_ptr read_secret(const server_settings& with) {
    if (with.jwt_secret_file.empty())
        return nullptr;
    auto read = session::read_token_secret(with.jwt_secret_file);
    if (auto* refused = std::get_if<session::secret_refused>(&read))
        throw std::runtime_error("the secret: " + std::move(refused->why));
    return std::get<session::secret_ptr>(std::move(read));
}

session::key_set_ptr read_keys(const server_settings& with, const failure::logger& log) {
    if (with.jwks.empty())
        return nullptr;
    auto read = session::read_key_set(with.jwks);
    if (auto* refused = std::get_if<session::key_set_refused>(&read))
        throw std::runtime_error("the key set: " + std::move(refused->why));
    auto& set = std::get<session::key_set_read>(read);
    for (const std::string& note : set.notes)
        log.warning(with.jwks + ": " + note);
    return std::move(set.keys);
}

std::unique_ptr<session::token_door> make_token_door(
    const server_settings& with,
    const session::revocations& revoked,
    const failure::logger& log
) {
    if (with.auth == auth_mode::none)
        return nullptr;
    session::token_keys keys{read_secret(with), read_keys(with, log)};
    session::token_rules rules{with.jwt_issuer, with.jwt_audience};
    return std::make_unique<session::token_door>(std::move(keys), std::move(rules), revoked);
}

net::listen_address address_of(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    net::listen_address address;
    if (colon == std::string::npos)
        throw std::runtime_error("\"" + text + "\" is not HOST:PORT");
    address.host = text.substr(0, colon);
    if (address.host.size() > 2 && address.host.front() == '[')
        address.host = address.host.substr(1, address.host.size() - 2);
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, address.port);
    if (read.ec != std::errc() || read.ptr != end)
        throw std::runtime_error("\"" + text + "\" is not HOST:PORT");
    return address;
}

net::listener_options listener_options_of(const settings& with, net_reports told) {
    net::listener_options made;
    made.connections_max = sockets_max(with.limits);
    made.tls_handshakes_max = bytes(with.limits.unauthenticated_max);
    made.log = std::move(told.log);
    made.failures = told.failures;
    if (!with.server.tls_cert.empty())
        made.tls = net::make_tls_server_context({with.server.tls_cert, with.server.tls_key});
    return made;
}

std::function<task<std::optional<std::string>>(std::string)> objections_of(
    session::authenticator& door
) {
    return [&door](std::string token) {
        return why_refused(door, std::move(token));
    };
}

http::site_options main_site(
    const settings& with,
    const readiness& ready,
    http::session_service sessions,
    net_reports told
) {
    http::site_options made;
    made.routes = main_routes(ready);
    websocket::transport_options transport;
    transport.message_bytes_max = bytes(with.limits.frame_bytes_max);
    transport.frame_bytes_max = bytes(with.limits.frame_bytes_max);
    made.streams.push_back(agui::make_run_endpoint("/agui", agui_bytes_max, sessions));
    made.streams.push_back(agui::make_cancel_endpoint("/agui/cancel", sessions));
    made.endpoints.push_back(http::make_session_endpoint("/ws", transport, std::move(sessions)));
    if (with.server.enable_echo)
        made.endpoints.push_back(http::make_echo_endpoint("/echo", echo_bytes_max));
    made.origins = origins_of(with.server);
    made.mode =
        with.server.auth == auth_mode::none ? http::authentication::off : http::authentication::on;
    const std::size_t per_address_max = bytes(with.limits.connections_per_address_max);
    made.websockets = {bytes(with.limits.connections_max), per_address_max};
    for (const std::string& text : with.server.trusted_proxies)
        if (const auto network = net::ip_network::parse(text))
            made.trusted_proxies.push_back(*network);
    made.unauthenticated = {bytes(with.limits.unauthenticated_max), per_address_max};
    made.log = std::move(told.log);
    made.failures = told.failures;
    made.memory = told.memory;
    made.is_own = std::move(told.is_own);
    made.objection = std::move(told.objection);
    return made;
}

observed observe(
    const shards& all,
    const home_directory& homes,
    const failure::ledger& failures,
    const failure::logging& logging,
    const storage::event_log& storage,
    const memory_watch& memory
) {
    using figures = std::optional<storage::sqlite_figures>;
    const auto* on_disk = dynamic_cast<const storage::sqlite_event_log*>(&storage);
    observed made{
        .shards = {},
        .homes = {},
        .failures = failures,
        .log_lines_dropped = [&logging] { return logging.dropped(); },
        .storage =
            [on_disk] { return on_disk == nullptr ? figures() : figures(on_disk->figures()); },
        .memory = memory,
        .started_ms = unix_ms(),
    };
    for (const auto& one : all)
        made.shards.push_back(one->get_executor());
    for (const auto& home : homes.all())
        made.homes.push_back(home.get());
    return made;
}

std::string start_line(const settings& with, std::size_t shards_count) {
    const server_settings& server = with.server;
    std::string line = server_name() + " starts: listen=" + server.listen +
                       " admin=" + (server.admin.empty() ? "off" : server.admin) +
                       " data=" + server.data + " shards=" + std::to_string(shards_count);
    line += server.auth == auth_mode::none ? " auth=none" : " auth=jwt";
    line += server.tls_cert.empty() ? " tls=off" : " tls=on";
    line.append(" build=").append(build_id());
    return line;
}

http::site_options admin_site(
    const readiness& ready,
    const observed& server,
    std::vector<http::route> verbs,
    net::log_line log
) {
    http::site_options made;
    made.routes = admin_routes(ready, server, std::move(verbs));
    made.log = std::move(log);
    return made;
}

}  // namespace clarion::app
