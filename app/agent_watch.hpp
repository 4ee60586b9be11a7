#pragma once

#include "app/config/settings.hpp"
#include "app/home_directory.hpp"
#include "core/agents/outside/tool_catalog.hpp"
#include "core/failure/log.hpp"
#include "core/protocol/server_frames.hpp"
#include "net/http/client.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::app {

/// Which agents can answer: asks now and then for what they stand on, their model or one of those
/// that stand in for it, or a remote agent, and looks whether the MCP servers of their tools are
/// there; tells every session when that has changed (PROTOCOL §2). An agent that stands on nothing
/// can always answer. The first shard only.
class agent_watch {
public:
    /// `agents` as configured; `tools` and `homes` outlive it.
    agent_watch(
        const settings& with,
        std::vector<protocol::server::agent_card> agents,
        const agents::outside::tool_catalog& tools,
        home_directory& homes,
        failure::logger log
    );

    /// One look at everything that is due. Tells the homes when an agent's state has changed.
    task<> look();
    /// From now on, until cancelled.
    task<> run();

    const std::vector<protocol::server::agent_card>& agents() const { return agents_; }

private:
    struct service {
        http::client_request asked;
        time_point due{};
        std::optional<std::string> trouble{};
    };
    task<> look_at(service& one);
    std::optional<std::string> trouble_of(const std::string& agent) const;
    task<> tell_homes();

    std::vector<protocol::server::agent_card> agents_;
    const agents::outside::tool_catalog& tools_;
    home_directory& homes_;
    failure::logger log_;
    http::client over_;
    std::map<std::string, service> services_;  // by URL and key
    /// The services of an agent, of which one is enough.
    std::map<std::string, std::vector<std::string>> needs_;
    /// Its tools of MCP servers, all of which it needs.
    std::map<std::string, std::vector<std::string>> outside_;
};

}  // namespace clarion::app
