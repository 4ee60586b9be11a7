#pragma once

#include "core/agents/tool.hpp"
#include "core/agents/tool_registry.hpp"

#include <memory>

// Tools that show what can go wrong with one. They exist for the demo agent and for tests.
namespace clarion::agents::demo {

/// `failing_tool {}`: always fails.
std::unique_ptr<tool> make_failing_tool();
/// `sleeping_tool {}`: sleeps for an hour, and has a time-out of 2 s.
std::unique_ptr<tool> make_sleeping_tool();

void add_demo_tools(tool_registry& tools);

}  // namespace clarion::agents::demo
