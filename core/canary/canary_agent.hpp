#pragma once

#include "core/agents/agent.hpp"

#include <memory>

namespace clarion::canary {

/// Outside of what a user can be called, and so is its agent: see core/protocol/own_names.hpp.
inline constexpr const char* agent_name = "~canary";

/// Works as the demo agent does, also on a server without one: it thinks, calls `calculator` and
/// streams the result. For the server's own users alone.
std::unique_ptr<agents::agent> make_agent();

}  // namespace clarion::canary
