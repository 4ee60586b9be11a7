#pragma once

#include "core/protocol/events.hpp"
#include "core/protocol/json_reader.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace clarion::engine {

/// The grammar of a run (PROTOCOL §4): which event may come next. A pure fold: no clock, no I/O.
class run_grammar {
public:
    enum class phase { not_started, working, ended };

    struct open_tool {
        std::string agent_name;
        std::string tool_name;
        std::optional<std::string> parent_tool_call_id;
    };
    struct open_text {
        std::string agent_name;
        std::string message_id;
        std::string text;
    };
    /// A call that a person was asked about.
    struct guarded_call {
        std::string tool_call_id;
        std::string tool_name;
        std::string arguments;
        std::int64_t expires_ms = 0;
    };
    struct last_message {
        std::string message_id;
        std::string text;
    };

    /// Why `next` must not come now, or nothing. Looks at the order, not at the fields' ranges.
    std::optional<protocol::field_error> check(const protocol::payload& next) const;
    /// Takes `next` in. Only after `check` found nothing.
    void apply(const protocol::payload& next);

    phase where() const { return phase_; }
    const std::map<std::string, open_tool>& open_tools() const { return open_tools_; }
    const std::optional<open_text>& text() const { return text_; }
    const std::map<std::string, guarded_call>& open_approvals() const { return open_approvals_; }
    const std::optional<last_message>& message() const { return message_; }
    std::int64_t thinking_steps() const { return thinking_steps_; }
    /// Who has the run: who started it, or whom it was handed to. Empty before it began.
    const std::string& agent_name() const { return agent_name_; }

private:
    using error = std::optional<protocol::field_error>;

    error check_started(const protocol::payload& next) const;
    error check_event(const protocol::tool_executing& next) const;
    error check_event(const protocol::tool_completed& next) const;
    error check_event(const protocol::text_delta& next) const;
    error check_event(const protocol::assistant_message& next) const;
    error check_event(const protocol::approval_requested& next) const;
    error check_event(const protocol::approval_resolved& next) const;
    error check_event(const protocol::agent_completed& next) const;
    error check_nothing_open() const;
    error check_approval(const protocol::tool_executing& next) const;
    error check_parent(const std::optional<std::string>& parent_tool_call_id) const;

    void apply_event(const protocol::agent_started& next) { agent_name_ = next.agent_name; }
    void apply_event(const protocol::agent_handoff& next) { agent_name_ = next.to; }
    void apply_event(const protocol::tool_executing& next);
    void apply_event(const protocol::tool_completed& next);
    void apply_event(const protocol::text_delta& next);
    void apply_event(const protocol::assistant_message& next);
    void apply_event(const protocol::approval_requested& next);
    void apply_event(const protocol::approval_resolved& next);

    phase phase_ = phase::not_started;
    std::int64_t thinking_steps_ = 0;
    std::string agent_name_;
    std::map<std::string, open_tool> open_tools_;
    std::set<std::string> used_tool_call_ids_;
    std::set<std::string> closed_message_ids_;
    std::optional<open_text> text_;
    std::optional<last_message> message_;
    std::map<std::string, guarded_call> open_approvals_;  // by approval_id
    std::set<std::string> used_approval_ids_;
    /// By tool_call_id: what may run; nothing was allowed where it is empty. Only calls that needed
    /// an approval stand here.
    std::map<std::string, std::optional<guarded_call>> decided_;
};

}  // namespace clarion::engine
