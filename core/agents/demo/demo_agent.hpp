#pragma once

#include "core/agents/agent.hpp"

#include <memory>

namespace clarion::agents::demo {

/// The agent `demo` of PROTOCOL §9: without a key, without a network, deterministic. It needs the
/// built-in tools and the demo's own in the registry.
std::unique_ptr<agent> make_demo_agent();

}  // namespace clarion::agents::demo
