#include "core/session/event_place.hpp"

namespace clarion::session {

namespace {

// Members of the envelope stand before the payload, so the first of a name is the envelope's.
std::string_view text_behind(std::string_view frame, std::string_view name) {
    const std::size_t found = frame.find(name);
    if (found == std::string_view::npos)
        return {};
    const std::string_view rest = frame.substr(found + name.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace

event_place place_of_event(std::string_view frame) {
    return {text_behind(frame, R"("thread_id":")"), text_behind(frame, R"("run_id":")")};
}

}  // namespace clarion::session
