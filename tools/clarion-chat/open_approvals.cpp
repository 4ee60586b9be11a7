#include "tools/clarion-chat/open_approvals.hpp"

#include "tools/clarion-chat/frame_fields.hpp"

namespace clarion::chat {

void open_approvals::take(
    std::string_view type,
    std::string_view run_id,
    const boost::json::object& payload
) {
    const std::string_view approval_id = text_of(payload, "approval_id");
    if (type == "approval_requested") {
        waiting_.push_back(
            {std::string(approval_id),
             std::string(text_of(payload, "tool_name")),
             std::string(run_id)}
        );
    } else if (type == "approval_resolved") {
        std::erase_if(waiting_, [&](const open_approval& each) {
            return each.approval_id == approval_id;
        });
    } else if (type == "agent_completed" || type == "agent_error" || type == "agent_cancelled") {
        std::erase_if(waiting_, [&](const open_approval& each) { return each.run_id == run_id; });
    }
}

}  // namespace clarion::chat
