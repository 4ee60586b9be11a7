#pragma once

#include "core/agents/agent.hpp"

#include <optional>

namespace clarion::agents {

/// Waits for the sources of the agent's tools that are not there, such as an MCP server that is
/// being started again, five seconds at most, and says so by `progress_update`. Nothing: all of
/// them are there, and `tools` has what they offer now. Else how the run ends:
/// `model_unavailable`, because an agent that lacks what it was given would answer as another one.
[[nodiscard]] task<std::optional<outcome>>
wait_for_sources(engine::bridge& bridge, tool_dispatcher& tools);

}  // namespace clarion::agents
