#pragma once

#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/engine/engine.hpp"

#include <memory>

namespace clarion::engine {

/// The only way to an engine. Every origin of a run goes through it: a message, the queue after a
/// restart, later a resolved approval, the canary, a sub-agent. Immutable, shared by all shards.
class engine_factory {
public:
    engine_factory(const agents::agent_registry& agents, const agents::tool_registry& tools)
        : agents_(agents), tools_(tools) {}

    /// An engine for this run, bound to its bridge. `calls` owns the tool calls, which may outlive
    /// the engine. Throws std::runtime_error when the run's agent does not exist (any more).
    std::unique_ptr<engine> make(request_scope_ptr scope, bridge way_out, task_group& calls) const;

private:
    const agents::agent_registry& agents_;
    const agents::tool_registry& tools_;
};

}  // namespace clarion::engine
