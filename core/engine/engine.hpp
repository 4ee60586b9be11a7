#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/engine/bridge.hpp"
#include "core/engine/request_scope.hpp"

namespace clarion::engine {

/// Executes one run: announces the agent and lets it work. Exists only with a bridge, only through
/// `engine_factory`, for one run; destroyed at the run's end.
class engine final {
public:
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;
    ~engine() = default;

    /// Once. May throw what the agent throws.
    task<agents::outcome> run();

    std::int64_t tools_ms() const { return tools_.tools_ms(); }
    std::optional<duration> deadline() const { return agent_.run_deadline(); }

private:
    friend class engine_factory;
    engine(
        request_scope_ptr scope,
        bridge way_out,
        const agents::agent& agent,
        const agents::tool_registry& tools,
        task_group& calls
    );

    request_scope_ptr scope_;
    bridge bridge_;
    const agents::agent& agent_;
    agents::tool_dispatcher tools_;
};

}  // namespace clarion::engine
