#pragma once

#include "core/agents/agent.hpp"

#include <memory>
#include <string>

namespace clarion::agents::demo {

struct demo_agent_settings {
    std::string name = "demo";
    std::string description{};  ///< empty: what it can do
};

/// The agent `demo` of PROTOCOL §9: without a key, without a network, deterministic. It needs the
/// built-in tools and the demo's own in the registry.
std::unique_ptr<agent> make_demo_agent(demo_agent_settings settings = {});

}  // namespace clarion::agents::demo
