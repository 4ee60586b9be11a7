#pragma once

#include <string_view>

namespace clarion::session {

/// Which thread and run a frame's event belongs to. Views into the frame.
struct event_place {
    std::string_view thread_id;
    std::string_view run_id;
};

/// Of a frame as `protocol::to_frame` writes it for an event (PROTOCOL §4). Ids have no escapes.
/// Read from the frame where it is needed, so that no frame has to carry them twice.
event_place place_of_event(std::string_view frame);

}  // namespace clarion::session
