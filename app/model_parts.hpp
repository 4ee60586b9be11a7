#pragma once

#include "app/config/settings.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/ports/model.hpp"

#include <memory>
#include <string>

// The agents behind which models decide, each made from its settings (`make_models` is among the
// parts). What cannot be made throws std::runtime_error with the one line that start-up prints.
namespace clarion::app {

/// Adds the agents of `[[agents]]`; `models` and `tools` outlive them.
void add_model_agents(
    std::vector<std::unique_ptr<const agents::agent>>& agents,
    const settings& with,
    const agents::tool_registry& tools,
    ports::models& models
);

}  // namespace clarion::app
