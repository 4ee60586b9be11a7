#pragma once

#include <boost/json/object.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace clarion::chat {

/// A tool call that waits for a person.
struct open_approval {
    std::string approval_id;
    std::string tool_name;
    std::string run_id;
};

/// Those of one thread, the longest waiting first: a fold over its events.
class open_approvals {
public:
    void take(std::string_view type, std::string_view run_id, const boost::json::object& payload);
    void forget_all() { waiting_.clear(); }

    bool empty() const { return waiting_.empty(); }
    const open_approval& first() const { return waiting_.front(); }

private:
    std::deque<open_approval> waiting_;
};

}  // namespace clarion::chat
