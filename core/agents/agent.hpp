#pragma once

#include "core/async/task.hpp"
#include "core/engine/bridge.hpp"
#include "core/engine/request_scope.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::agents {

class tool_dispatcher;

/// The agent has said all it has to say.
struct completed {
    std::optional<protocol::token_usage> usage;
};
/// The agent gave up; becomes the run's `agent_error`.
struct failed {
    protocol::agent_error_code code = protocol::agent_error_code::internal;
    std::string message;
    std::optional<protocol::token_usage> usage;
};
/// The bridge refused an event; the run knows why.
struct stopped {};
/// Another agent is to go on. Only for who has the run, not for an agent within a call.
struct handed_over {
    std::string to;
    std::string reason;
    /// What it said in this run.
    std::string said;
    std::optional<protocol::token_usage> usage;
};

using outcome = std::variant<completed, failed, stopped, handed_over>;

/// The first question of a thread that was answered, and its answer.
struct thread_beginning {
    std::string question;
    std::string answer;
};
/// Why a thread keeps the title that it has.
struct no_title {
    std::string reason;
};
/// A title is one line of valid UTF-8, and not empty.
using title_verdict = std::variant<std::string, no_title>;

inline const std::vector<std::string> no_names;

/// What decides. One object serves all runs of the process from every shard, so it is immutable;
/// what belongs to one run lives in the coroutine. It knows nothing of sessions or connections.
class agent {
public:
    agent() = default;
    agent(const agent&) = delete;
    agent& operator=(const agent&) = delete;
    virtual ~agent() = default;

    virtual const std::string& name() const = 0;
    virtual const std::string& description() const = 0;
    virtual std::optional<std::string> model() const { return std::nullopt; }
    /// The tools it may call, by name, as told in `agent_started.context`.
    virtual const std::vector<std::string>& tool_names() const = 0;
    /// Agents it may call as the tools `agent.<name>`.
    virtual const std::vector<std::string>& agent_names() const { return no_names; }
    /// How many of its calls may run at once.
    virtual std::size_t parallel_tools_max() const { return 8; }
    /// How long one of its calls may take; nothing leaves it to each tool.
    virtual std::optional<duration> tool_timeout() const { return std::nullopt; }
    /// How long a run of it may take, if less than any run may.
    virtual std::optional<duration> run_deadline() const { return std::nullopt; }

    /// Works on one user message. `agent_started` has been committed. May throw: the run then ends
    /// in `agent_error {internal}`. A cancel ends it at its next co_await.
    virtual task<outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher& tools
    ) const = 0;

    /// Goes on, in another engine of the same run, where a call of its tools was suspended:
    /// `checkpoint` is what the agent gave with that call, whose answers `tools.resume` has. Only
    /// for an agent that gives checkpoints.
    virtual task<outcome> resume(
        const engine::request_scope& request,
        engine::bridge& bridge,
        tool_dispatcher& tools,
        protocol::json_text checkpoint
    ) const;

    /// Whether it makes a title for a thread that it was the first to answer in.
    virtual bool makes_titles() const { return false; }
    /// That title, within a time of its own choice. Only for an agent that makes them. A cancel
    /// ends it at its next co_await.
    virtual task<title_verdict> make_title(thread_beginning of) const;
};

}  // namespace clarion::agents
