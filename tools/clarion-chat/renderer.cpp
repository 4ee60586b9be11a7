#include "tools/clarion-chat/renderer.hpp"

#include "core/failure/legible_text.hpp"
#include "core/protocol/payload_text.hpp"
#include "tools/clarion-chat/raw_json.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>

namespace clarion::chat {

namespace {

namespace protocol = clarion::protocol;

// A line of arguments or results longer than this is cut, and says so; --json shows it whole.
constexpr std::size_t json_bytes_max = 1000;

constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view normal = "\x1b[0m";

std::string excerpt(std::string_view json) {
    return failure::cut(json, json_bytes_max);
}

std::string ms(std::int64_t duration) {
    return std::to_string(duration) + " ms";
}

std::string with_reason(std::string words, std::string_view reason) {
    if (!reason.empty())
        words.append(": ").append(reason);
    return words;
}

// Arguments and results in the server's own spelling of numbers.
void keep_numbers(protocol::payload& payload, std::string_view json) {
    if (auto* executing = std::get_if<protocol::tool_executing>(&payload))
        executing->arguments.text = raw_member(json, "arguments");
    if (auto* completed = std::get_if<protocol::tool_completed>(&payload))
        if (completed->result)
            completed->result->text = raw_member(json, "result");
}

std::string_view words_of(protocol::tool_outcome outcome) {
    switch (outcome) {
        case protocol::tool_outcome::ok:
            return " finished in ";
        case protocol::tool_outcome::error:
            return " failed after ";
        case protocol::tool_outcome::timeout:
            return " timed out after ";
        case protocol::tool_outcome::cancelled:
            return " was cancelled after ";
    }
    return " ended after ";
}

std::string_view words_of(protocol::approval_decision decision) {
    switch (decision) {
        case protocol::approval_decision::allow:
            return " allowed";
        case protocol::approval_decision::deny:
            return " denied";
        case protocol::approval_decision::expired:
            return " expired";
        case protocol::approval_decision::cancelled:
            return " withdrawn";
    }
    return " resolved";
}

}  // namespace

std::string renderer::event(std::string_view type, std::string_view payload_json) {
    if (const auto known = protocol::enum_from_name<protocol::event_type>(type)) {
        auto read = protocol::payload_from_json(*known, payload_json);
        if (auto* payload = std::get_if<protocol::payload>(&read)) {
            keep_numbers(*payload, payload_json);
            return std::visit([this](const auto& what) { return show(what); }, *payload);
        }
    }
    return line("event " + std::string(type) + " " + excerpt(payload_json));
}

std::string renderer::break_line() {
    if (!is_line_open_)
        return {};
    is_line_open_ = false;
    return how_ == rendering::terminal ? std::string(normal) + "\n" : "\n";
}

std::string renderer::line(std::string_view text) {
    return break_line() + without_controls(text, line_breaks::made_spaces) + "\n";
}

std::string renderer::styled_line(std::string_view style, std::string_view text) {
    if (how_ != rendering::terminal)
        return line(text);
    std::string out = break_line();
    out.append(style).append(without_controls(text, line_breaks::made_spaces));
    return out.append(normal).append("\n");
}

// Styles end with each line, so that a client that is stopped leaves the terminal as it was.
std::string renderer::answer(std::string_view text) {
    std::string out;
    for (const char c : without_controls(text, line_breaks::kept)) {
        if (c == '\n') {
            const std::string closing = break_line();
            out += closing.empty() ? "\n" : closing;
            continue;
        }
        if (!is_line_open_ && how_ == rendering::terminal)
            out += bold;
        is_line_open_ = true;
        out += c;
    }
    return out;
}

std::string renderer::show(const protocol::user_message& what) {
    return line("message: " + what.text);
}

std::string renderer::show(const protocol::run_queued& what) {
    return line("queued at position " + std::to_string(what.position));
}

std::string renderer::show(const protocol::agent_started& what) {
    return line(what.agent_name + " started");
}

std::string renderer::show(const protocol::agent_thinking& what) {
    const std::string who = what.parent_tool_call_id ? what.agent_name + " " : std::string();
    return styled_line(dim, with_reason(who + "thinking", what.reasoning));
}

std::string renderer::show(const protocol::tool_executing& what) {
    return styled_line(cyan, "tool " + what.tool_name + " " + excerpt(what.arguments.text));
}

std::string renderer::show(const protocol::tool_completed& what) {
    std::string words = "tool " + what.tool_name;
    words.append(words_of(what.outcome)).append(ms(what.duration_ms));
    return styled_line(
        what.outcome == protocol::tool_outcome::ok ? cyan : red,
        with_reason(words, excerpt(what.result ? what.result->text : what.error.value_or("")))
    );
}

std::string renderer::show(const protocol::text_delta& what) {
    if (streamed_id_ != what.message_id) {
        streamed_id_ = what.message_id;
        streamed_.clear();
    }
    streamed_ += what.delta;
    return answer(what.delta);
}

// The whole text: only what the deltas have not shown yet is printed.
std::string renderer::show(const protocol::assistant_message& what) {
    const bool follows = streamed_id_ == what.message_id && what.text.starts_with(streamed_);
    std::string out;
    if (!follows)
        out = break_line();
    out += answer(std::string_view(what.text).substr(follows ? streamed_.size() : 0));
    streamed_id_.clear();
    streamed_.clear();
    return out + break_line();
}

std::string renderer::show(const protocol::progress_update& what) {
    const std::string share = what.percent ? " " + std::to_string(*what.percent) + " %" : "";
    return line(with_reason("progress" + share, what.message));
}

std::string renderer::show(const protocol::agent_handoff& what) {
    return line(with_reason(what.from + " hands over to " + what.to, what.reason.value_or("")));
}

std::string renderer::show(const protocol::approval_requested& what) {
    const std::string words = "tool " + what.tool_name + " waits for approval " + what.approval_id;
    return styled_line(yellow, words + " " + excerpt(what.arguments.text));
}

std::string renderer::show(const protocol::approval_resolved& what) {
    std::string words = "approval " + what.approval_id;
    words.append(words_of(what.decision)).append(" by ").append(what.by);
    if (what.arguments)
        words += " with " + excerpt(what.arguments->text);
    return styled_line(yellow, with_reason(words, what.note.value_or("")));
}

std::string renderer::show(const protocol::final_report& what) {
    std::string out = line("report");
    out += answer(what.text);
    out += break_line();
    if (what.data)
        out += line("report data " + excerpt(what.data->text));
    return out;
}

std::string renderer::show(const protocol::custom& what) {
    return line("custom " + what.name + " " + excerpt(what.data.text));
}

std::string renderer::show(const protocol::agent_completed& what) {
    return styled_line(green, "done in " + ms(what.execution_time_ms));
}

std::string renderer::show(const protocol::agent_error& what) {
    const std::string code(protocol::name_of(what.code));
    return styled_line(red, with_reason("error " + code, what.message));
}

std::string renderer::show(const protocol::agent_cancelled& what) {
    const std::string reason(protocol::name_of(what.reason));
    return styled_line(yellow, "cancelled (" + reason + ") after " + ms(what.execution_time_ms));
}

}  // namespace clarion::chat
