#pragma once

#include "core/protocol/events.hpp"

#include <string>
#include <string_view>

namespace clarion::chat {

/// Text for a pipe, for a terminal without colours, and for one with them.
enum class rendering { plain, monochrome, terminal };

/// Events in words. Answer text streams as it comes and may leave a line open; everything else is
/// one line each. Nothing that came from the server reaches the output with a control character,
/// but for line feeds and tabs of the answer.
class renderer {
public:
    explicit renderer(rendering how) : how_(how) {}

    /// What is to be printed for one event. A type or a payload that this client does not know is
    /// shown as it is.
    std::string event(std::string_view type, std::string_view payload_json);

    /// A line of the client's own among the events.
    std::string aside(std::string_view text) { return line(text); }

    /// Ends the line that streaming text has left open, if there is one.
    std::string break_line();
    bool has_open_line() const { return is_line_open_; }

private:
    std::string line(std::string_view text);
    std::string styled_line(std::string_view style, std::string_view text);
    std::string answer(std::string_view text);

    std::string show(const protocol::user_message& what);
    std::string show(const protocol::run_queued& what);
    std::string show(const protocol::agent_started& what);
    std::string show(const protocol::agent_thinking& what);
    std::string show(const protocol::tool_executing& what);
    std::string show(const protocol::tool_completed& what);
    std::string show(const protocol::text_delta& what);
    std::string show(const protocol::assistant_message& what);
    std::string show(const protocol::progress_update& what);
    std::string show(const protocol::agent_handoff& what);
    std::string show(const protocol::approval_requested& what);
    std::string show(const protocol::approval_resolved& what);
    std::string show(const protocol::final_report& what);
    std::string show(const protocol::custom& what);
    std::string show(const protocol::agent_completed& what);
    std::string show(const protocol::agent_error& what);
    std::string show(const protocol::agent_cancelled& what);

    rendering how_;
    bool is_line_open_ = false;
    std::string streamed_id_;  // the assistant message whose deltas are being shown
    std::string streamed_;     // what has been shown of it
};

}  // namespace clarion::chat
