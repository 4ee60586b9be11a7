#pragma once

#include "app/config/settings.hpp"
#include "app/home_directory.hpp"
#include "core/agents/availability.hpp"
#include "core/failure/log.hpp"
#include "core/protocol/server_frames.hpp"
#include "net/http/client.hpp"
#include "net/http/reach.hpp"

#include <map>
#include <string>
#include <vector>

namespace clarion::app {

/// Which agents can answer: asks now and then for what they stand on, their model or one of those
/// that stand in for it, or a remote agent, and looks whether the MCP servers of their tools are
/// there; tells every session when that has changed (PROTOCOL §2). The first shard only.
class agent_watch {
public:
    /// `agents` as configured; `tools` and `homes` outlive it.
    agent_watch(
        const settings& with,
        std::vector<protocol::server::agent_card> agents,
        const agents::tool_registry& tools,
        home_directory& homes,
        failure::logger log
    );

    /// One look at everything that is due. Tells the homes when an agent's state has changed.
    task<> look();
    /// From now on, until cancelled.
    task<> run();

private:
    struct question {
        http::client_request asked;
        http::key_refusal refused = http::key_refusal::counts;
    };

    task<> look_at(std::string service);
    task<> tell_homes();

    agents::availability state_;
    home_directory& homes_;
    failure::logger log_;
    http::client over_;
    std::map<std::string, question> questions_;  // by URL and key
};

}  // namespace clarion::app
