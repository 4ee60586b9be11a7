#include "core/replay/pace.hpp"

#include <algorithm>

namespace clarion::replay {

namespace {

using protocol::event_type;

// What a run does next follows its queued message at once: behind a terminal, only a person lets a
// thread wait before a message.
bool waited_for_person(event_type before, event_type next) {
    return (next == event_type::user_message && protocol::is_terminal(before)) ||
           (next == event_type::approval_resolved && before == event_type::approval_requested);
}

}  // namespace

duration pace::between(const protocol::event& before, const protocol::event& next) const {
    std::int64_t pause_ms = std::max<std::int64_t>(next.timestamp_ms - before.timestamp_ms, 0);
    if (waited_for_person(before.type, next.type))
        pause_ms = std::min(pause_ms, person_ms_max);
    using real_milliseconds = std::chrono::duration<double, std::milli>;
    const real_milliseconds scaled(static_cast<double>(pause_ms) / speed);
    if (scaled >= real_milliseconds(pause_max))
        return pause_max;
    return std::chrono::duration_cast<duration>(scaled);
}

}  // namespace clarion::replay
