#pragma once

#include "core/agents/tool_dispatcher.hpp"

#include <optional>
#include <string>

namespace clarion::agents {

/// An agent as another one's tool: its name under `agent_tool_prefix`, its description, and one
/// argument, `task`.
[[nodiscard]] tool_spec spec_of(const agent& callee);

/// What an agent may take for a call of another one, unless it says less itself.
inline constexpr duration agent_call_timeout = std::chrono::minutes(10);

/// One call of an agent by another (PROTOCOL §4): the callee works for the caller's run, with
/// tools of its own and an own view of the world, the task; what it says is the call's result.
/// Lives in the coroutine of the call.
class tool_dispatcher::agent_call {
public:
    agent_call(
        tool_dispatcher& of,
        const agent& callee,
        const std::string& tool_call_id,
        std::string asked
    );
    agent_call(const agent_call&) = delete;
    agent_call& operator=(const agent_call&) = delete;

    /// Nothing: the run was refused.
    task<std::optional<tool_ending>> answer();
    task<std::optional<tool_ending>> go_on(const call_checkpoint& from);

    const tool_dispatcher& tools() const { return tools_; }
    const engine::call_text& heard() const { return heard_; }

private:
    task<std::optional<tool_ending>> end_of(clarion::task<outcome> work);
    std::optional<tool_ending> ending_of_work(outcome how);
    void count_unfinished();

    tool_dispatcher& of_;
    const agent& callee_;
    engine::request_scope_ptr request_;
    engine::call_text heard_;
    engine::bridge bridge_;
    tool_dispatcher tools_;
};

}  // namespace clarion::agents
