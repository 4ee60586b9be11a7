#pragma once

#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/async/task_group.hpp"
#include "core/conversation/conversations.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/session/serve.hpp"
#include "core/sim/stream.hpp"
#include "net/http/gate.hpp"
#include "net/http/site.hpp"
#include "tools/clarion-trace/scenarios/troubled_log.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace clarion::scenarios {

struct server_options {
    storage_trouble storage{};
    sim::network network{};
    std::size_t tool_trouble_one_in = 0;
    std::size_t agent_trouble_one_in = 0;
    std::size_t outbox_bytes_max = 1048576;
    std::size_t queued_runs_max = 16;
    /// Ends with `drain`, then closes, as on SIGTERM, with so much grace for runs.
    duration drain = std::chrono::seconds(20);
    /// Asks for tokens; null: everybody is who they say.
    session::authenticator* door = nullptr;
};

/// Everything of a server but its sockets, the objects of `clarion` itself: the gate, WebSockets,
/// sessions, conversations, engines, the demo agent. Connections live on one shard, users on
/// another, the store on two threads of its own.
class server {
public:
    server(sim::world& in, server_options with);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    sim::world& world() { return world_; }
    const troubled_log& log() const { return log_; }
    const failure::ledger& failures() const { return failures_; }
    conversation::conversations& home() { return *home_; }
    executor front() const { return front_; }
    executor back() const { return back_; }

    /// The client's end of a new connection; null once nobody listens any more.
    net::byte_stream_ptr dial();

    /// As `application` does it. Begun once, from outside of any coroutine or from one.
    void begin_shutdown();
    bool is_shutting_down() const { return is_shutting_down_; }
    bool has_ended() const { return has_ended_; }

    /// What the lists of sessions, lines, visitors and subscribers do not agree on.
    std::vector<std::string> differences();

private:
    class one_home final : public session::directory {
    public:
        explicit one_home(server& of) : of_(of) {}
        session::user_home& home_of(std::string_view) override { return *of_.home_; }

    private:
        server& of_;
    };

    std::shared_ptr<http::site> make_site();
    task<> shut_down();

    sim::world& world_;
    server_options options_;
    executor front_;
    executor back_;
    troubled_log log_;
    failure::ledger failures_;
    agents::tool_registry tools_;
    std::unique_ptr<agents::agent_registry> agents_;
    std::unique_ptr<engine::engine_factory> engines_;
    std::unique_ptr<conversation::conversations> home_;
    session::open_door open_door_;
    one_home directory_{*this};
    session::session_settings settings_;
    std::shared_ptr<http::site> site_;
    http::gate gate_;
    bool is_shutting_down_ = false;
    bool is_closed_ = false;
    bool has_ended_ = false;
    task_group connections_;
};

}  // namespace clarion::scenarios
