#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/run_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The payloads of PROTOCOL §4, one struct an event type, in the order of `event_type`.
namespace clarion::protocol {

struct user_message {
    std::string message_id;
    std::string text;
    std::optional<json_text> metadata;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("message_id", self.message_id, rules::client_id);
        visit("text", self.text, rules::not_empty);
        visit("metadata", self.metadata, rules::object);
    }
};

struct run_queued {
    std::string message_id;
    std::int64_t position = 1;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("message_id", self.message_id, rules::client_id);
        visit("position", self.position, rules::ordinal);
    }
};

/// What the agent was given: its model, its tools, how many earlier messages of the thread.
struct agent_context {
    std::optional<std::string> model;
    std::vector<std::string> tools;
    std::int64_t history_messages = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("model", self.model);
        visit("tools", self.tools);
        visit("history_messages", self.history_messages, rules::count);
    }
};

struct agent_started {
    std::string agent_name;
    std::string message_id;
    agent_context context;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("message_id", self.message_id, rules::client_id);
        visit("context", self.context);
    }
};

struct agent_thinking {
    std::string agent_name;
    std::int64_t step_number = 1;
    std::string reasoning;
    std::optional<std::string> parent_tool_call_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("step_number", self.step_number, rules::ordinal);
        visit("reasoning", self.reasoning);
        visit("parent_tool_call_id", self.parent_tool_call_id, rules::name);
    }
};

struct tool_executing {
    std::string agent_name;
    std::string tool_call_id;
    std::string tool_name;
    json_text arguments;
    std::optional<std::string> parent_tool_call_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("tool_call_id", self.tool_call_id, rules::name);
        visit("tool_name", self.tool_name, rules::name);
        visit("arguments", self.arguments, rules::object);
        visit("parent_tool_call_id", self.parent_tool_call_id, rules::name);
    }
};

enum class tool_outcome : std::uint8_t { ok, error, timeout, cancelled };
constexpr std::string_view names_of(tool_outcome) {
    return "ok|error|timeout|cancelled";
}

struct tool_completed {
    static constexpr field_choice choice{"result", "error", field_choice::rule::exactly_one};
    std::string agent_name;
    std::string tool_call_id;
    std::string tool_name;
    tool_outcome outcome = tool_outcome::ok;
    std::optional<json_text> result;
    std::optional<std::string> error;
    std::int64_t duration_ms = 0;
    std::optional<std::string> parent_tool_call_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("tool_call_id", self.tool_call_id, rules::name);
        visit("tool_name", self.tool_name, rules::name);
        visit("outcome", self.outcome);
        visit("result", self.result);
        visit("error", self.error);
        visit("duration_ms", self.duration_ms, rules::count);
        visit("parent_tool_call_id", self.parent_tool_call_id, rules::name);
    }
};

struct text_delta {
    std::string agent_name;
    std::string message_id;
    std::string delta;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("message_id", self.message_id, rules::name);
        visit("delta", self.delta, rules::not_empty);
    }
};

struct assistant_message {
    std::string agent_name;
    std::string message_id;
    std::string text;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("message_id", self.message_id, rules::name);
        visit("text", self.text);
    }
};

struct progress_update {
    std::string message;
    std::optional<std::int64_t> percent;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("message", self.message);
        visit("percent", self.percent, field_rule{.least = 0, .most = 100});
    }
};

struct agent_handoff {
    std::string from;
    std::string to;
    std::optional<std::string> reason;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("from", self.from, rules::name);
        visit("to", self.to, rules::name);
        visit("reason", self.reason);
    }
};

struct approval_requested {
    std::string approval_id;
    std::string tool_call_id;
    std::string tool_name;
    json_text arguments;
    std::int64_t expires_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("approval_id", self.approval_id, rules::name);
        visit("tool_call_id", self.tool_call_id, rules::name);
        visit("tool_name", self.tool_name, rules::name);
        visit("arguments", self.arguments, rules::object);
        visit("expires_ms", self.expires_ms, rules::count);
    }
};

enum class approval_decision : std::uint8_t { allow, deny, expired, cancelled };
constexpr std::string_view names_of(approval_decision) {
    return "allow|deny|expired|cancelled";
}

struct approval_resolved {
    std::string approval_id;
    approval_decision decision = approval_decision::deny;
    std::string by;
    std::optional<json_text> arguments;
    std::optional<std::string> note;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("approval_id", self.approval_id, rules::name);
        visit("decision", self.decision);
        visit("by", self.by, rules::name);
        visit("arguments", self.arguments, rules::object);
        visit("note", self.note);
    }
};

struct final_report {
    std::string text;
    std::optional<json_text> data;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("text", self.text);
        visit("data", self.data);
    }
};

struct custom {
    std::string name;
    json_text data;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("name", self.name, rules::name);
        visit("data", self.data, field_rule{.bytes_max = 16384});
    }
};

/// The last assistant message of the run; `text` only up to `result_text_bytes_max`.
struct run_result {
    std::string message_id;
    std::optional<std::string> text;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("message_id", self.message_id, rules::name);
        visit("text", self.text);
    }
};

inline constexpr std::size_t result_text_bytes_max = 4096;

struct agent_completed {
    std::string agent_name;
    run_result result;
    std::int64_t execution_time_ms = 0;
    run_timing timing;
    std::optional<token_usage> usage;
    run_census census;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("result", self.result);
        visit("execution_time_ms", self.execution_time_ms, rules::count);
        visit("timing", self.timing);
        visit("usage", self.usage);
        visit("census", self.census);
    }
};

enum class agent_error_code : std::uint8_t {
    invalid_event,
    model_unavailable,
    model_error,
    model_timeout,
    context_truncated,
    max_turns,
    tool_failed,
    budget_exceeded,
    deadline,
    too_large,
    agent_unavailable,
    storage_unavailable,
    internal,
    process_lost,
    node_lost,
};
constexpr std::string_view names_of(agent_error_code) {
    return "invalid_event|model_unavailable|model_error|model_timeout|context_truncated|max_turns|"
           "tool_failed|budget_exceeded|deadline|too_large|agent_unavailable|storage_unavailable|"
           "internal|process_lost|node_lost";
}

struct agent_error {
    std::string agent_name;
    agent_error_code code = agent_error_code::internal;
    std::string message;
    bool retryable = false;
    std::int64_t execution_time_ms = 0;
    run_timing timing;
    std::optional<token_usage> usage;
    run_census census;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("code", self.code);
        visit("message", self.message);
        visit("retryable", self.retryable);
        visit("execution_time_ms", self.execution_time_ms, rules::count);
        visit("timing", self.timing);
        visit("usage", self.usage);
        visit("census", self.census);
    }
};

enum class cancel_reason : std::uint8_t { user, interrupted, rolled_back, shutdown };
constexpr std::string_view names_of(cancel_reason) {
    return "user|interrupted|rolled_back|shutdown";
}

struct agent_cancelled {
    std::string agent_name;
    cancel_reason reason = cancel_reason::user;
    std::int64_t execution_time_ms = 0;
    run_timing timing;
    std::optional<token_usage> usage;
    run_census census;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name, rules::name);
        visit("reason", self.reason);
        visit("execution_time_ms", self.execution_time_ms, rules::count);
        visit("timing", self.timing);
        visit("usage", self.usage);
        visit("census", self.census);
    }
};

using payload = std::variant<
    user_message,
    run_queued,
    agent_started,
    agent_thinking,
    tool_executing,
    tool_completed,
    text_delta,
    assistant_message,
    progress_update,
    agent_handoff,
    approval_requested,
    approval_resolved,
    final_report,
    custom,
    agent_completed,
    agent_error,
    agent_cancelled>;

}  // namespace clarion::protocol
