#include "core/engine/closing.hpp"

#include "core/engine/approval.hpp"
#include "core/protocol/utf8.hpp"

#include <utility>

namespace clarion::engine {

using namespace protocol;

namespace {

constexpr std::size_t error_message_bytes_max = 4096;

// An exception's text is nobody's contract: it becomes a legal string before it becomes an event.
std::string presentable(std::string text) {
    if (text.size() > error_message_bytes_max)
        text.resize(error_message_bytes_max);
    text.resize(utf8_prefix_bytes(text));
    return text.empty() ? std::string("unknown failure") : text;
}

constexpr bool may_succeed_later(agent_error_code code) {
    using enum agent_error_code;
    return code == model_unavailable || code == model_error || code == model_timeout ||
           code == agent_unavailable || code == storage_unavailable || code == process_lost ||
           code == node_lost || code == internal;
}

void close_tools(const run_grammar& state, std::vector<payload>& closers) {
    // A call made by a sub-agent ends before the call it was made in.
    for (const bool nested : {true, false})
        for (const auto& [id, tool] : state.open_tools())
            if (tool.parent_tool_call_id.has_value() == nested)
                closers.push_back(tool_completed{
                    .agent_name = tool.agent_name,
                    .tool_call_id = id,
                    .tool_name = tool.tool_name,
                    .outcome = tool_outcome::cancelled,
                    .result = std::nullopt,
                    .error = "the run ended before the tool did",
                    .duration_ms = 0,
                    .parent_tool_call_id = tool.parent_tool_call_id,
                });
}

}  // namespace

std::vector<payload>
closing_events(const run_grammar& state, const ending& how, const std::string& new_message_id) {
    std::vector<payload> closers;
    if (state.where() != run_grammar::phase::working)
        return closers;
    for (const auto& [approval_id, call] : state.open_approvals())
        closers.push_back(approval_resolved{
            .approval_id = approval_id,
            .decision = approval_decision::cancelled,
            .by = approved_by_server,
            .arguments = std::nullopt,
            .note = std::nullopt,
        });
    close_tools(state, closers);
    if (state.text())
        closers.push_back(assistant_message{
            state.text()->agent_name,
            state.text()->message_id,
            state.text()->text
        });
    if (std::holds_alternative<run_completed>(how)) {
        if (state.thinking_steps() == 0)
            closers.push_back(agent_thinking{
                .agent_name = state.agent_name(),
                .step_number = 1,
                .reasoning = "",
                .parent_tool_call_id = std::nullopt,
            });
        if (!state.message() && !state.text())
            closers.push_back(assistant_message{state.agent_name(), new_message_id, ""});
    }
    return closers;
}

payload terminal_event(
    const run_grammar& state,
    const ending& how,
    std::string asked_agent,
    run_measures measured
) {
    std::string agent_name =
        state.agent_name().empty() ? std::move(asked_agent) : state.agent_name();
    if (const auto* failed = std::get_if<run_failed>(&how))
        return agent_error{
            .agent_name = std::move(agent_name),
            .code = failed->code,
            .message = presentable(failed->message),
            .retryable = may_succeed_later(failed->code),
            .execution_time_ms = measured.execution_time_ms,
            .timing = measured.timing,
            .usage = failed->usage ? failed->usage : measured.usage,
            .census = std::move(measured.census),
        };
    if (const auto* cancelled = std::get_if<run_cancelled>(&how))
        return agent_cancelled{
            .agent_name = std::move(agent_name),
            .reason = cancelled->reason,
            .execution_time_ms = measured.execution_time_ms,
            .timing = measured.timing,
            .usage = measured.usage,
            .census = std::move(measured.census),
        };
    const auto& completed = std::get<run_completed>(how);
    run_result result{.message_id = state.message()->message_id, .text = std::nullopt};
    if (state.message()->text.size() <= result_text_bytes_max)
        result.text = state.message()->text;
    return agent_completed{
        .agent_name = std::move(agent_name),
        .result = std::move(result),
        .execution_time_ms = measured.execution_time_ms,
        .timing = measured.timing,
        .usage = completed.usage ? completed.usage : measured.usage,
        .census = std::move(measured.census),
    };
}

}  // namespace clarion::engine
