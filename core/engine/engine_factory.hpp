#pragma once

#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/engine/engine.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace clarion::engine {

/// The only way to an engine. Every origin of a run goes through it: a message, the queue after a
/// restart, a resolved approval, the canary. Immutable, shared by all shards.
class engine_factory {
public:
    engine_factory(const agents::agent_registry& agents, const agents::tool_registry& tools)
        : agents_(agents), tools_(tools) {}

    /// An engine for this run, bound to its bridge; with `kept` one that goes on where another
    /// stopped. `calls` owns the tool calls, which may outlive the engine. Throws
    /// std::runtime_error when the run's agent does not exist (any more).
    std::unique_ptr<engine> make(
        request_scope_ptr scope,
        bridge way_out,
        task_group& calls,
        std::optional<work_checkpoint> kept = {}
    ) const;

    using argument_check =
        std::function<std::optional<protocol::field_error>(const boost::json::object&)>;
    /// What a tool says of its arguments; of one that does not exist (any more), nothing.
    argument_check check_of(const std::string& tool_name) const;

private:
    const agents::agent_registry& agents_;
    const agents::tool_registry& tools_;
};

}  // namespace clarion::engine
