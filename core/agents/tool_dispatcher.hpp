#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/batch_checkpoint.hpp"
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
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::agents {

class agent_registry;

/// How a call ended: as committed in its `tool_completed`, or, for one that nobody allowed, as an
/// error that says so; that one has no tool events.
struct tool_answer {
    std::string tool_call_id;
    std::string tool_name;
    tool_ending ending;
};

/// How deep agents may call agents: the one that has the run stands at 1.
inline constexpr std::size_t agent_depth_max = 4;
/// An agent as a tool: this and its name.
inline constexpr std::string_view agent_tool_prefix = "agent.";

struct dispatch_limits {
    /// At least 1.
    std::size_t parallel_tools_max = 8;
    /// The only tools of the registry that exist for the agent.
    std::vector<std::string> tool_names;
    /// Of one call; nothing leaves it to each tool.
    std::optional<duration> tool_timeout{};
    /// The agents it may call, and where they are; nullptr: none.
    std::vector<std::string> agent_names{};
    const agent_registry* agents = nullptr;
    std::size_t depth = 1;
};

/// What the agent itself declares.
dispatch_limits limits_of(const agent& caller);
dispatch_limits limits_of(const agent& caller, const agent_registry& agents);

/// Calls tools and agents for one run: checks the arguments, asks a person where the tool's policy
/// says so, commits `tool_executing` before the call and `tool_completed` after it, applies the
/// time-out and the bound on parallel calls. No agent can forget any of it, because no agent emits
/// it. The run's shard only.
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
    ~tool_dispatcher();

    /// The agent answers another one's call: it has nobody to hand the run over to.
    bool works_for_a_call() const { return request_->parent_tool_call_id.has_value(); }

    using answers = std::variant<std::vector<tool_answer>, engine::refusal>;
    /// What the agent goes on from once the calls are answered, as JSON; asked for when the run is
    /// suspended, while the agent waits.
    using checkpoint = std::function<protocol::json_text()>;

    /// Calls them all, at most `parallel_tools_max` at once; answers in the order of the calls. A
    /// call that waits for a person is not one of these, and holds no other up. A refusal of the
    /// bridge is the answer to all of them: running calls are told to stop, no further one begins.
    /// When cancelled, it passes the cancel on to the calls and throws operation_aborted without
    /// waiting for them; the run's closer completes what is open. Without a checkpoint a run that
    /// waits for a person keeps its engine, and ends with its process.
    task<answers> call(std::vector<tool_call> calls, checkpoint keep = {});

    /// The rest of a `call` that an earlier engine of the run made, after `restore`.
    task<answers> resume(checkpoint keep);

    /// Before `resume`.
    void restore(batch_checkpoint kept);
    /// What `restore` needs. Nothing when no call is under way, or the work cannot go on elsewhere.
    std::optional<batch_checkpoint> save() const;

    /// What the agent may call, in its own order, for whoever has to describe it. A name that has
    /// no tool is left out.
    std::vector<const tool_spec*> offered() const;
    /// Their names, also those that have no tool.
    std::vector<std::string> names() const;

    /// What the agent lacks, as the end of a sentence: a source of its tools that is not there now.
    std::optional<std::string> missing() const { return tools_.missing(given_); }
    /// What sources offer now, in place of what they offered at the start; before the first call.
    void look_again() { limits_.tool_names = tools_.expand(given_); }

    /// Milliseconds in which at least one call ran, so far; for the run's `timing`.
    std::int64_t tools_ms() const;
    /// What agents that were called have used.
    const std::optional<protocol::token_usage>& spent() const { return spent_; }

private:
    struct batch;
    class running_call;
    class busy;
    class agent_call;

    task<answers> work_off(batch& work);
    task<> answer_call(batch& work, std::size_t index);
    task<> go_on(batch& work, std::size_t index);
    enum class permission { given, refused };
    task<permission> ask_for(batch& work, std::size_t index, checked_call& call);
    permission
    take_verdict(batch& work, std::size_t index, checked_call& call, engine::approval_verdict is);
    task<> turn_away(batch& work, std::size_t index, std::string why);
    task<> carry_out(batch& work, std::size_t index, checked_call& call);
    task<tool_ending> run_tool(batch& work, checked_call& call, duration& took);
    task<> complete(batch& work, std::size_t index, duration took);
    task<> call_agent(batch& work, std::size_t index, checked_call& call);
    void end_call(batch& work);
    void abandon(const batch& work);
    checked_call check(tool_call call) const;
    task<std::optional<engine::refusal>> emit(protocol::payload event);

    engine::request_scope_ptr request_;
    engine::bridge& bridge_;
    const tool_registry& tools_;
    task_group& calls_;
    dispatch_limits limits_;
    std::vector<std::string> given_;  // names of tools, and of sources for all of theirs
    std::vector<tool_spec> agent_specs_;
    permits places_;
    std::size_t running_ = 0;
    time_point running_since_;
    duration tools_time_{0};
    std::optional<protocol::token_usage> spent_;
    std::optional<batch_checkpoint> restored_;
    const batch* current_ = nullptr;  // the batch that is under way, if there is one only
};

}  // namespace clarion::agents
