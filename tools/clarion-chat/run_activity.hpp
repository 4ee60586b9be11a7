#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>

namespace clarion::chat {

/// What the run that is being watched does now, in a few words ("Running calculator…"): a fold
/// over its events. Empty while nothing is to be said: before its first event, while its answer
/// streams, and after its end.
class run_activity {
public:
    void take(std::string_view type, const boost::json::object& payload);
    const std::string& words() const { return words_; }

private:
    void tell_of_tools();

    std::string words_;
    std::string agent_;
    std::map<std::string, std::string, std::less<>> tools_;  // by tool_call_id
};

}  // namespace clarion::chat
