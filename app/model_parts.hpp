#pragma once

#include "app/config/settings.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/ports/model.hpp"
#include "core/ports/remote_agent.hpp"
#include "net/http/client.hpp"

#include <memory>
#include <vector>

// The agents of the configuration, each made from its settings, and how they reach the world
// (`make_models` and `make_remote_agents` are among the parts). What cannot be made throws
// std::runtime_error with the one line that start-up prints.
namespace clarion::app {

/// What agents ask; outlives them.
struct outside {
    ports::models& models;
    ports::remote_agents& remote;
};

/// Adds the agents of `[[agents]]`; `tools` outlives them.
void add_agents(
    std::vector<std::unique_ptr<const agents::agent>>& agents,
    const settings& with,
    const agents::tool_registry& tools,
    outside services
);

/// The proxies of the environment, TLS if anything configured needs it.
[[nodiscard]] http::client_options http_options_of(const settings& with);

}  // namespace clarion::app
