#include "tests/support/flow_server.hpp"

#include "core/agents/demo/demo_agent.hpp"
#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/trace/tree_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <utility>

namespace clarion::support {

namespace {

// What every coroutine waits for, a line each.
std::string alive() {
    std::string text;
    for (const std::string& line : trace::tree_lines(trace::take_tree()))
        text += "\n  " + line;
    return text;
}

}  // namespace

void flow_client::asks(const std::string& message_id, const std::string& text) {
    protocol::client::message body;
    body.thread_id = "t1";
    body.message_id = message_id;
    body.text = text;
    std::string frame;
    protocol::object_writer writer(frame);
    writer("type", "message");
    protocol::client::message::describe(body, writer);
    writer.end();
    sends(frame);
}

std::vector<boost::json::object> flow_client::frames() const {
    std::vector<boost::json::object> parsed;
    for (const std::string& text : connection_.received())
        parsed.push_back(boost::json::parse(text).as_object());
    return parsed;
}

std::vector<boost::json::object> flow_client::frames(std::string_view type) const {
    std::vector<boost::json::object> wanted;
    for (boost::json::object& frame : frames())
        if (frame.at("type").as_string() == type)
            wanted.push_back(std::move(frame));
    return wanted;
}

std::vector<std::string> flow_client::types() const {
    std::vector<std::string> types;
    for (const boost::json::object& frame : frames())
        types.emplace_back(frame.at("type").as_string());
    return types;
}

std::vector<std::string> flow_client::event_types() const {
    std::vector<std::string> types;
    for (const boost::json::object& frame : frames())
        if (frame.contains("payload"))
            types.emplace_back(frame.at("type").as_string());
    return types;
}

boost::json::object flow_client::only(std::string_view type) const {
    const auto found = frames(type);
    BOOST_REQUIRE_MESSAGE(found.size() == 1, found.size() << " frames of type " << type);
    return found.front();
}

flow_server::flow_server(options with)
    : lints_(std::move(with.lints)),
      world_(with.seed, with.order),
      log_(with.log != nullptr ? with.log : &own_log_),
      door_(with.door != nullptr ? with.door : &open_door_),
      settings_(std::move(with.sessions)),
      failures_(failure::logger(), [this] { return world_.wall_ms(); }),
      sessions_(world_.get_executor()) {
    agents::tools::add_builtin_tools(tools_);
    agents::demo::add_demo_tools(tools_);
    if (with.catalog != nullptr)
        tools_.use(*with.catalog);
    std::vector<std::unique_ptr<const agents::agent>> agents;
    agents.push_back(agents::demo::make_demo_agent());
    if (with.extra_agent)
        agents.push_back(std::move(with.extra_agent));
    for (auto& one : with.team)
        agents.push_back(std::move(one));
    agents_ = std::make_unique<agents::agent_registry>(std::move(agents), "demo");
    engines_ = std::make_unique<engine::engine_factory>(*agents_, tools_);
    home_ = std::make_unique<conversation::conversations>(
        world_.get_executor(),
        *log_,
        *engines_,
        *agents_,
        failures_,
        with.conversations
    );
    settings_.agents = agents_->cards();
    settings_.server_version = "clarion/test";
}

flow_server::~flow_server() {
    for (const auto& client : clients_)
        client->connection().client_vanishes();
    settle();
    run(home_->drain(duration::zero()));
    run(home_->join());
    run(sessions_.join());
    settle();
}

flow_client& flow_server::connect(const std::string& user, std::vector<std::string> pipelined) {
    return connect(session::upgrade_request{"127.0.0.1", user, std::nullopt}, std::move(pipelined));
}

flow_client&
flow_server::connect(session::upgrade_request upgrade, std::vector<std::string> pipelined) {
    flow_client& client = *clients_.emplace_back(std::make_unique<flow_client>(std::move(upgrade)));
    for (std::string& frame : pipelined)
        client.sends(std::move(frame));
    sessions_.spawn(serve(client));
    return client;
}

task<> flow_server::serve(flow_client& client) {
    const session::session_services services{*door_, directory_, settings_, failures_};
    co_await session::serve(client.connection(), client.upgrade(), services);
    client.served = true;
}

void flow_server::revive() {
    revive_for(duration::zero());
    settle();
}

void flow_server::revive_for(duration time) {
    auto revive_all = [this]() -> task<> {
        const auto found = co_await log_->list_open_runs();
        for (const auto& thread : std::get<std::vector<storage::thread_runs>>(found))
            co_await home_->revive(thread.key);
    };
    run(revive_all());
    world_.run_for(time);
}

void flow_server::run(task<> work) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(world_.get_executor(), std::move(work), [&](std::exception_ptr error) {
        done = true;
        failure = std::move(error);
    });
    world_.run([&done] { return done; });
    // The tree is drawn only when it is wanted: it takes long.
    if (!done)
        BOOST_FAIL("the coroutine waits for something that never comes; alive are" << alive());
    if (failure)
        std::rethrow_exception(failure);
}

// Kept where the leak checker finds it.
void kill(std::unique_ptr<flow_server> process) {
    static auto* const killed = new std::vector<std::unique_ptr<flow_server>>;
    killed->push_back(std::move(process));
    trace::set_level(trace::level::live);  // its recording ends with it
}

}  // namespace clarion::support
