#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/call_check.hpp"
#include "core/agents/tool_invocation.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/async/permits.hpp"
#include "core/async/task_group.hpp"
#include "core/engine/bridge.hpp"
#include "core/engine/request_scope.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::agents {

/// How a call ended: as committed in its `tool_completed`, or, for one that nobody allowed, as an
/// error that says so; that one has no tool events.
struct tool_answer {
    std::string tool_call_id;
    std::string tool_name;
    tool_ending ending;
};

struct dispatch_limits {
    /// At least 1.
    std::size_t parallel_tools_max = 8;
    /// The only tools of the registry that exist for the agent.
    std::vector<std::string> tool_names;
    /// Of one call; nothing leaves it to each tool.
    std::optional<duration> tool_timeout{};
};

/// What the agent itself declares.
dispatch_limits limits_of(const agent& caller);

/// Calls tools for one run: checks the arguments, asks a person where the tool's policy says so,
/// commits `tool_executing` before the call and `tool_completed` after it, applies the time-out and
/// the bound on parallel calls. No agent can forget any of it, because no agent emits it. The
/// run's shard only.
class tool_dispatcher {
public:
    /// `calls` owns the coroutines of the calls themselves; it outlives the run, so that a call
    /// that ignores its cancellation never holds the run up.
    tool_dispatcher(
        engine::request_scope_ptr request,
        engine::bridge& bridge,
        const tool_registry& tools,
        task_group& calls,
        dispatch_limits limits
    );
    tool_dispatcher(const tool_dispatcher&) = delete;
    tool_dispatcher& operator=(const tool_dispatcher&) = delete;
    ~tool_dispatcher() = default;

    using answers = std::variant<std::vector<tool_answer>, engine::refusal>;

    /// Calls them all, at most `parallel_tools_max` at once; answers in the order of the calls. A
    /// call that waits for a person is not one of these, and holds no other up. A refusal of the
    /// bridge is the answer to all of them: running calls are told to stop, no further one begins.
    /// When cancelled, it passes the cancel on to the calls and throws operation_aborted without
    /// waiting for them; the run's closer completes what is open.
    task<answers> call(std::vector<tool_call> calls);

    /// What the agent may call, in its own order, for whoever has to describe it. A name that has
    /// no tool is left out.
    std::vector<const tool_spec*> offered() const;

    /// Milliseconds in which at least one call ran, so far; for the run's `timing`.
    std::int64_t tools_ms() const;

private:
    struct batch;
    class running_call;

    task<> answer_call(batch& work, std::size_t index);
    enum class permission { given, refused };
    task<permission> ask_for(batch& work, checked_call& call, tool_answer& answer);
    task<> turn_away(batch& work, tool_answer& answer, std::string why);
    task<> carry_out(batch& work, checked_call& call, tool_answer& answer);
    task<tool_ending> run_tool(batch& work, checked_call& call, duration& took);
    task<std::optional<engine::refusal>> emit(protocol::payload event);

    engine::request_scope_ptr request_;
    engine::bridge& bridge_;
    const tool_registry& tools_;
    task_group& calls_;
    dispatch_limits limits_;
    permits places_;
    std::size_t running_ = 0;
    time_point running_since_;
    duration tools_time_{0};
};

}  // namespace clarion::agents
