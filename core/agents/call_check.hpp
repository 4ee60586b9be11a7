#pragma once

#include "core/agents/tool.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/protocol/describe.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace clarion::agents {

/// What an agent wants called. `arguments` is meant to be a JSON object as text, but a model may
/// send anything; blank text means no arguments.
struct tool_call {
    std::string tool_name;
    protocol::json_text arguments;
};

/// A call made fit for the log: its events can be committed whatever the agent sent.
struct checked_call {
    /// The name as sent, or a stand-in when it cannot stand in an event.
    std::string tool_name;
    /// The arguments as sent, without blanks around them, or `{}` when they cannot stand in an
    /// event; `problem` then says so.
    protocol::json_text arguments;
    boost::json::object parsed;
    /// Set unless there is a problem.
    const tool* called = nullptr;
    /// Why nothing may be called: a sentence for the user and the model.
    std::optional<std::string> problem;
    /// The problem is one of the arguments.
    bool has_bad_arguments = false;
    /// The tool may be called, or even be shown as executing, after a person has allowed it only.
    bool needs_approval = false;
    /// It is answered by another agent.
    bool is_agent = false;
};

/// The arguments that a person put in the place of the call's own, which have passed its check.
void replace_arguments(checked_call& call, protocol::json_text edited);

/// Looks at the form of name and arguments alone.
[[nodiscard]] checked_call check_form(tool_call call);

/// Looks at name and arguments. `allowed` are the agent's own tools: any other is as unknown to it
/// as one that does not exist.
[[nodiscard]] checked_call
check_call(tool_call call, const tool_registry& tools, const std::vector<std::string>& allowed);

}  // namespace clarion::agents
