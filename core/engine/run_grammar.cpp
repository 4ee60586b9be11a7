#include "core/engine/run_grammar.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace clarion::engine {

using namespace protocol;

namespace {

std::optional<field_error> forbidden(std::string pointer, std::string reason) {
    return field_error{std::move(pointer), std::move(reason)};
}

template <class Event>
inline constexpr bool has_own_rule =
    std::is_same_v<Event, tool_executing> || std::is_same_v<Event, tool_completed> ||
    std::is_same_v<Event, text_delta> || std::is_same_v<Event, assistant_message> ||
    std::is_same_v<Event, approval_requested> || std::is_same_v<Event, approval_resolved>;

template <class Event>
inline constexpr bool tells_the_agent =
    std::is_same_v<Event, agent_started> || std::is_same_v<Event, agent_handoff>;

}  // namespace

std::optional<field_error> run_grammar::check(const payload& next) const {
    const event_type type = type_of(next);
    if (type == event_type::user_message || type == event_type::run_queued)
        return forbidden("", "does not come from within a run");
    if (phase_ == phase::ended)
        return forbidden("", "comes after the run's terminal event");
    if (phase_ == phase::working)
        return check_started(next);
    // A run that never began ends by a terminal alone.
    if (type != event_type::agent_started && type != event_type::agent_error &&
        type != event_type::agent_cancelled)
        return forbidden("", "comes before agent_started");
    return std::nullopt;
}

run_grammar::error run_grammar::check_started(const payload& next) const {
    const event_type type = type_of(next);
    if (type == event_type::agent_started)
        return forbidden("", "comes a second time");
    if (is_terminal(type))
        if (auto open = check_nothing_open())
            return open;
    return std::visit(
        [this](const auto& event) -> error {
            using event_t = std::decay_t<decltype(event)>;
            if constexpr (has_own_rule<event_t> || std::is_same_v<event_t, agent_completed>)
                return check_event(event);
            else if constexpr (std::is_same_v<event_t, agent_thinking>)
                return check_parent(event.parent_tool_call_id);
            else
                return std::nullopt;
        },
        next
    );
}

run_grammar::error run_grammar::check_nothing_open() const {
    if (!open_tools_.empty())
        return forbidden("", "comes while tool call " + open_tools_.begin()->first + " is open");
    if (text_)
        return forbidden("", "comes while message " + text_->message_id + " is open");
    if (!open_approvals_.empty())
        return forbidden("", "comes while approval " + open_approvals_.begin()->first + " is open");
    return std::nullopt;
}

run_grammar::error run_grammar::check_parent(const std::optional<std::string>& parent) const {
    if (parent && !open_tools_.contains(*parent))
        return forbidden("/parent_tool_call_id", "names no open tool call");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const tool_executing& next) const {
    if (used_tool_call_ids_.contains(next.tool_call_id))
        return forbidden("/tool_call_id", "was used before in this run");
    if (auto unapproved = check_approval(next))
        return unapproved;
    return check_parent(next.parent_tool_call_id);
}

// What a person has allowed is what runs.
run_grammar::error run_grammar::check_approval(const tool_executing& next) const {
    for (const auto& [approval_id, call] : open_approvals_)
        if (call.tool_call_id == next.tool_call_id)
            return forbidden("/tool_call_id", "waits for approval " + approval_id);
    const auto decided = decided_.find(next.tool_call_id);
    if (decided == decided_.end())
        return std::nullopt;
    if (!decided->second)
        return forbidden("/tool_call_id", "was not approved");
    if (decided->second->tool_name != next.tool_name)
        return forbidden("/tool_name", "differs from what was approved");
    if (decided->second->arguments != next.arguments.text)
        return forbidden("/arguments", "differ from what was approved");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const tool_completed& next) const {
    const auto open = open_tools_.find(next.tool_call_id);
    if (open == open_tools_.end())
        return forbidden("/tool_call_id", "names no open tool call");
    if (open->second.tool_name != next.tool_name)
        return forbidden("/tool_name", "differs from its tool_executing");
    if (open->second.agent_name != next.agent_name)
        return forbidden("/agent_name", "differs from its tool_executing");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const text_delta& next) const {
    if (text_ && text_->message_id != next.message_id)
        return forbidden("/message_id", "begins a text while " + text_->message_id + " is open");
    if (closed_message_ids_.contains(next.message_id))
        return forbidden("/message_id", "was closed by its assistant_message");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const assistant_message& next) const {
    if (closed_message_ids_.contains(next.message_id))
        return forbidden("/message_id", "was closed before");
    if (!text_ && next.text.empty())
        return std::nullopt;
    if (!text_)
        return forbidden("/text", "has no deltas");
    if (text_->message_id != next.message_id)
        return forbidden("/message_id", "comes while " + text_->message_id + " is open");
    if (text_->text != next.text)
        return forbidden("/text", "is not the concatenation of its deltas");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const approval_requested& next) const {
    if (used_approval_ids_.contains(next.approval_id))
        return forbidden("/approval_id", "was used before in this run");
    if (used_tool_call_ids_.contains(next.tool_call_id))
        return forbidden("/tool_call_id", "has been executed already");
    if (decided_.contains(next.tool_call_id))
        return forbidden("/tool_call_id", "has been decided already");
    for (const auto& [approval_id, call] : open_approvals_)
        if (call.tool_call_id == next.tool_call_id)
            return forbidden("/tool_call_id", "waits for approval " + approval_id);
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const approval_resolved& next) const {
    if (!open_approvals_.contains(next.approval_id))
        return forbidden("/approval_id", "names no open approval");
    return std::nullopt;
}

run_grammar::error run_grammar::check_event(const agent_completed& next) const {
    if (thinking_steps_ == 0)
        return forbidden("", "comes without any agent_thinking");
    if (!message_)
        return forbidden("", "comes without any assistant_message");
    if (message_->message_id != next.result.message_id)
        return forbidden("/result/message_id", "is not the last assistant_message");
    return std::nullopt;
}

void run_grammar::apply(const payload& next) {
    const event_type type = type_of(next);
    if (type == event_type::agent_started)
        phase_ = phase::working;
    else if (is_terminal(type))
        phase_ = phase::ended;
    else if (type == event_type::agent_thinking)
        ++thinking_steps_;
    std::visit(
        [this](const auto& event) {
            using event_t = std::decay_t<decltype(event)>;
            if constexpr (has_own_rule<event_t> || tells_the_agent<event_t>)
                apply_event(event);
        },
        next
    );
}

void run_grammar::apply_event(const tool_executing& next) {
    open_tools_[next.tool_call_id] = {next.agent_name, next.tool_name, next.parent_tool_call_id};
    used_tool_call_ids_.insert(next.tool_call_id);
}

void run_grammar::apply_event(const tool_completed& next) {
    open_tools_.erase(next.tool_call_id);
}

void run_grammar::apply_event(const text_delta& next) {
    if (!text_)
        text_ = open_text{next.agent_name, next.message_id, {}};
    text_->text += next.delta;
}

void run_grammar::apply_event(const assistant_message& next) {
    text_.reset();
    closed_message_ids_.insert(next.message_id);
    message_ = last_message{next.message_id, next.text};
}

void run_grammar::apply_event(const approval_requested& next) {
    open_approvals_[next.approval_id] =
        {next.tool_call_id, next.tool_name, next.arguments.text, next.expires_ms};
    used_approval_ids_.insert(next.approval_id);
}

void run_grammar::apply_event(const approval_resolved& next) {
    const auto open = open_approvals_.find(next.approval_id);
    guarded_call call = std::move(open->second);
    open_approvals_.erase(open);
    if (next.arguments)
        call.arguments = next.arguments->text;
    std::optional<guarded_call>& decided = decided_[call.tool_call_id];
    if (next.decision == approval_decision::allow)
        decided = std::move(call);
}

}  // namespace clarion::engine
