#include "tools/clarion-chat/run_activity.hpp"

#include "core/failure/legible_text.hpp"
#include "tools/clarion-chat/frame_fields.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

namespace clarion::chat {

namespace {

// Longer names would wrap, and a wrapped line cannot be taken back.
constexpr std::size_t name_bytes_max = 40;

std::string name_of(const boost::json::object& payload, std::string_view member) {
    const std::string_view name = text_of(payload, member);
    return failure::cut(without_controls(name, line_breaks::made_spaces), name_bytes_max);
}

}  // namespace

void run_activity::take(std::string_view type, const boost::json::object& payload) {
    if (type == "run_queued") {
        words_ = "waiting in line…";
    } else if (type == "agent_started" || type == "agent_thinking") {
        agent_ = name_of(payload, "agent_name");
        tell_of_tools();
    } else if (type == "agent_handoff") {
        agent_ = name_of(payload, "to");
        tell_of_tools();
    } else if (type == "tool_executing") {
        tools_[std::string(text_of(payload, "tool_call_id"))] = name_of(payload, "tool_name");
        tell_of_tools();
    } else if (type == "tool_completed") {
        const auto found = tools_.find(text_of(payload, "tool_call_id"));
        if (found != tools_.end())
            tools_.erase(found);
        tell_of_tools();
    } else if (type == "text_delta") {
        words_.clear();
    } else if (type == "agent_completed" || type == "agent_error" || type == "agent_cancelled") {
        *this = run_activity();
    }
}

void run_activity::tell_of_tools() {
    if (tools_.empty())
        words_ = agent_ + " is thinking…";
    else if (tools_.size() == 1)
        words_ = "Running " + tools_.begin()->second + "…";
    else
        words_ = "Running " + std::to_string(tools_.size()) + " tools…";
}

}  // namespace clarion::chat
