#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/engine/bridge.hpp"
#include "core/engine/request_scope.hpp"
#include "core/engine/work_checkpoint.hpp"

#include <cstdint>
#include <optional>

namespace clarion::engine {

/// How often a run may go from one agent to the next.
inline constexpr std::int64_t handoffs_per_run_max = 8;

/// Executes one activation of a run: announces the agent and lets it work, and those whom it hands
/// the run over to. Exists only with a bridge, only through `engine_factory`, for one run;
/// destroyed at the run's end, or when the run is suspended.
class engine final : private work_keeper {
public:
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;
    ~engine() { bridge_.keep(nullptr); }

    /// Once. May throw what the agent throws.
    task<agents::outcome> run();

    std::int64_t tools_ms() const { return tools_ms_ + tools_->tools_ms(); }
    std::optional<duration> deadline() const { return agent_->run_deadline(); }

private:
    friend class engine_factory;
    struct surroundings {
        const agents::agent_registry& agents;
        const agents::tool_registry& tools;
        task_group& calls;
    };
    engine(
        request_scope_ptr scope,
        bridge way_out,
        const agents::agent& agent,
        const surroundings& around,
        std::optional<work_checkpoint> kept
    );

    std::optional<work_checkpoint> save() const override;
    void let_in(const agents::agent& agent);
    task<bool> announce();
    task<agents::outcome> act();
    /// Nothing: the other agent has the run.
    task<std::optional<agents::outcome>> hand_over(agents::handed_over to);
    agents::outcome with_usage(agents::outcome how) const;

    request_scope_ptr scope_;  // of the agent that has the run
    bridge bridge_;
    surroundings around_;
    const agents::agent* agent_;
    std::optional<agents::tool_dispatcher> tools_;
    std::optional<work_checkpoint> kept_;
    std::int64_t handoffs_ = 0;
    std::optional<protocol::token_usage> usage_;  // of those who had the run before
    std::int64_t tools_ms_ = 0;
};

}  // namespace clarion::engine
