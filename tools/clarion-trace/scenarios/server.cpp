#include "tools/clarion-trace/scenarios/server.hpp"

#include "core/agents/demo/demo_agent.hpp"
#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/async/ask.hpp"
#include "core/async/sleep.hpp"
#include "core/registry/registry_census.hpp"
#include "core/session/line_list.hpp"
#include "core/session/session_list.hpp"
#include "tools/clarion-trace/scenarios/troubled_agent.hpp"
#include "tools/clarion-trace/scenarios/troubled_tool.hpp"
#include "tools/clarion-trace/scenarios/wire_end.hpp"

#include <exception>
#include <utility>

namespace clarion::scenarios {

namespace {

constexpr duration close_grace = std::chrono::seconds(1);

conversation::conversations_settings home_settings(const server_options& with) {
    conversation::conversations_settings settings;
    settings.queued_runs_max = with.queued_runs_max;
    settings.messages_per_minute = 0;
    return settings;
}

// A heartbeat would never let a world come to rest.
session::session_settings session_settings_of(const server_options& with) {
    session::session_settings settings;
    settings.heartbeat_interval = duration(0);
    settings.outbox_bytes_max = with.outbox_bytes_max;
    settings.server_version = "clarion/sim";
    return settings;
}

http::site_options site_options_of(const server_options& with) {
    http::site_options options;
    options.mode = with.door == nullptr ? http::authentication::off : http::authentication::on;
    return options;
}

websocket::transport_options transport_options_of(const session::session_settings& settings) {
    websocket::transport_options options;
    options.message_bytes_max = settings.frame_bytes_max;
    options.frame_bytes_max = settings.frame_bytes_max;
    return options;
}

void add_tools(agents::tool_registry& to, sim::world& in, std::size_t trouble_one_in) {
    using namespace agents;
    const auto add = [&](std::unique_ptr<const tool> made) {
        to.add(make_troubled(std::move(made), in, trouble_one_in));
    };
    add(tools::make_calculator());
    add(tools::make_clock());
    add(tools::make_search_thread());
    add(tools::make_text_stats());
    demo::add_demo_tools(to);
}

}  // namespace

server::server(sim::world& in, server_options with)
    : world_(in),
      options_(std::move(with)),
      front_(in.add_shard()),
      back_(in.add_shard()),
      log_(in, options_.storage),
      failures_(failure::logger(), [&in] { return in.wall_ms(); }),
      settings_(session_settings_of(options_)),
      site_(make_site()),
      gate_(site_),
      connections_(front_) {
    add_tools(tools_, in, options_.tool_trouble_one_in);
    std::vector<std::unique_ptr<const agents::agent>> agents;
    agents.push_back(
        make_troubled(agents::demo::make_demo_agent(), in, options_.agent_trouble_one_in)
    );
    agents_ = std::make_unique<agents::agent_registry>(std::move(agents), "demo");
    engines_ = std::make_unique<engine::engine_factory>(*agents_, tools_);
    home_ = std::make_unique<conversation::conversations>(
        back_,
        log_,
        *engines_,
        *agents_,
        failures_,
        home_settings(options_)
    );
    settings_.agents = agents_->cards();
}

std::shared_ptr<http::site> server::make_site() {
    http::site_options options = site_options_of(options_);
    auto sessions = [this](session::connection& with, session::upgrade_request& who) {
        session::authenticator& door = options_.door != nullptr
                                           ? *options_.door
                                           : static_cast<session::authenticator&>(open_door_);
        return session::serve(with, who, {door, directory_, settings_, failures_});
    };
    options.endpoints.push_back(
        http::make_session_endpoint("/ws", transport_options_of(settings_), std::move(sessions))
    );
    return std::make_shared<http::site>(std::move(options));
}

net::byte_stream_ptr server::dial() {
    if (is_closed_)
        return nullptr;
    auto [ours, theirs] = sim::stream::connect(world_, options_.network);
    connections_.spawn(gate_.serve(std::make_unique<wire_end>(std::move(ours))));
    return std::make_unique<wire_end>(std::move(theirs));
}

void server::begin_shutdown() {
    if (std::exchange(is_shutting_down_, true))
        return;
    asio::co_spawn(front_, shut_down(), [this](const std::exception_ptr& failure) {
        if (failure)
            std::rethrow_exception(failure);
        has_ended_ = true;
    });
}

task<> server::shut_down() {
    site_->drain();
    co_await ask(back_, home_->drain(options_.drain));
    co_await ask(back_, home_->close_sessions());
    gate_.close_idle();
    if (connections_.size() > 0)
        co_await sleep_for(close_grace);
    is_closed_ = true;
    gate_.drop_all();
    co_await connections_.join();
    co_await ask(back_, home_->join());
}

std::vector<std::string> server::differences() {
    registry::shard_census here;
    here.registered = front_.owner().own<session::session_list>().connection_ids();
    const auto& lines = front_.owner().own<session::line_list>();
    here.lines = lines.reports();
    here.live_lines = lines.live_lines();
    here.home = home_->roll();
    std::vector<std::string> told;
    for (const registry::difference& each : registry::differences_of({here}))
        told.push_back(std::string(registry::words_of(each.what)) + ": " + each.where);
    return told;
}

}  // namespace clarion::scenarios
