#pragma once

#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/conversation/conversations.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/session/serve.hpp"
#include "core/sim/world.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/memory/memory_event_log.hpp"
#include "tests/support/lint_guard.hpp"
#include "tests/support/memory_connection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::support {

/// An agent whose behaviour a test writes down.
class scripted_agent final : public agents::agent {
public:
    using script = std::function<task<
        agents::outcome>(const engine::request_scope&, engine::bridge&, agents::tool_dispatcher&)>;

    explicit scripted_agent(script run) : run_(std::move(run)) {}

    const std::string& name() const override { return name_; }
    const std::string& description() const override { return name_; }
    const std::vector<std::string>& tool_names() const override { return tools_; }
    task<agents::outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, agents::tool_dispatcher& tools
    ) const override {
        return run_(request, bridge, tools);
    }

private:
    script run_;
    std::string name_ = "scripted";
    std::vector<std::string> tools_{"calculator", "sleeping_tool", "guarded_tool"};
};

/// A client of the flow server: its connection, and what it received as JSON.
class flow_client {
public:
    explicit flow_client(session::upgrade_request upgrade) : upgrade_(std::move(upgrade)) {}

    memory_connection& connection() { return connection_; }
    session::upgrade_request& upgrade() { return upgrade_; }

    void sends(std::string frame) { connection_.client_sends(std::move(frame)); }
    /// `message` with the given id and text on thread `t1`.
    void asks(const std::string& message_id, const std::string& text);

    std::vector<boost::json::object> frames() const;
    std::vector<boost::json::object> frames(std::string_view type) const;
    /// The types in order of arrival.
    std::vector<std::string> types() const;
    /// Those that carry a seq in an event envelope, by type.
    std::vector<std::string> event_types() const;
    /// The only frame of a type; fails the test when there is not exactly one.
    boost::json::object only(std::string_view type) const;

    bool served = false;  // its session has ended

private:
    session::upgrade_request upgrade_;
    memory_connection connection_;
};

/// Everything of a server but sockets, in virtual time: sessions, conversations, engines, the demo
/// agent, a log. The same objects as in `clarion`. What happens there is recorded, and what the
/// lints find in it at the end fails the test.
class flow_server {
public:
    /// A heartbeat would never let a server settle.
    static session::session_settings without_heartbeat() {
        session::session_settings settings;
        settings.heartbeat_interval = duration(0);
        return settings;
    }

    struct options {
        std::uint64_t seed = 1;
        sim::policy order = sim::policy::fifo;
        conversation::conversations_settings conversations;
        session::session_settings sessions = without_heartbeat();
        std::unique_ptr<agents::agent> extra_agent;
        std::vector<std::unique_ptr<agents::agent>> team;
        /// Used instead of an own memory log, to stand for a restart on the same data.
        storage::event_log* log = nullptr;
        session::authenticator* door = nullptr;
        /// The tools of sources outside; outlives the server.
        const agents::outside::tool_catalog* catalog = nullptr;
        trace::lint_settings lints{};
    };

    explicit flow_server(options with);
    flow_server() : flow_server(options{}) {}
    ~flow_server();

    sim::world& world() { return world_; }
    storage::event_log& log() { return *log_; }
    conversation::conversations& home() { return *home_; }
    failure::ledger& failures() { return failures_; }

    /// A new connection of `user`; `pipelined` came with the upgrade.
    flow_client& connect(const std::string& user, std::vector<std::string> pipelined = {});
    flow_client& connect(session::upgrade_request upgrade, std::vector<std::string> pipelined = {});

    /// Until nothing is left to do.
    void settle() { world_.run(); }
    void settle(const std::function<bool()>& until) { world_.run(until); }

    /// Opens what an earlier process left, as at a start.
    void revive();
    /// The same, and then so long, however much there is left to do.
    void revive_for(duration time);
    /// Runs one coroutine to its end.
    void run(task<> work);

private:
    class one_home final : public session::directory {
    public:
        explicit one_home(flow_server& of) : of_(of) {}
        session::user_home& home_of(std::string_view) override { return *of_.home_; }

    private:
        flow_server& of_;
    };

    task<> serve(flow_client& client);

    const lint_guard lints_;
    sim::world world_;
    storage::memory_event_log own_log_;
    storage::event_log* log_;
    agents::tool_registry tools_;
    std::unique_ptr<agents::agent_registry> agents_;
    std::unique_ptr<engine::engine_factory> engines_;
    std::unique_ptr<conversation::conversations> home_;
    session::open_door open_door_;
    session::authenticator* door_;
    one_home directory_{*this};
    session::session_settings settings_;
    failure::ledger failures_;
    std::vector<std::unique_ptr<flow_client>> clients_;
    task_group sessions_;
};

/// Ends it as a killed process ends: nothing of it runs any more, and nothing is closed.
void kill(std::unique_ptr<flow_server> process);

}  // namespace clarion::support
