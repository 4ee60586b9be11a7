#include "core/session/ack_watch.hpp"

#include <algorithm>

namespace clarion::session {

void ack_watch::written(std::string_view thread_id, std::int64_t seq, time_point at) {
    const auto place = threads_.find(thread_id);
    if (place == threads_.end() || place->second.events.size() == events_per_thread_max)
        return;
    place->second.events.push_back({seq, at});
    if (!armed())
        on_.owner().arm(*this, at + patience);
}

void ack_watch::acknowledged(std::string_view thread_id, std::int64_t seq) {
    auto place = threads_.find(thread_id);
    if (place == threads_.end()) {
        if (threads_.size() < threads_max)
            threads_.try_emplace(std::string(thread_id));
        return;
    }
    thread_wait& waits = place->second;
    const time_point now = on_.owner().now();
    while (!waits.events.empty() && waits.events.front().seq <= seq) {
        counters_.write_to_ack_us.add(metrics::in_us(now - waits.events.front().at));
        waits.events.pop_front();
        waits.overdue -= std::min<std::size_t>(waits.overdue, 1);
    }
}

void ack_watch::forget(std::string_view thread_id) {
    const auto place = threads_.find(thread_id);
    if (place != threads_.end())
        threads_.erase(place);
}

void ack_watch::expired() {
    const time_point now = on_.owner().now();
    time_point next = time_point::never();
    for (auto& [thread_id, waits] : threads_) {
        while (waits.overdue < waits.events.size()) {
            const time_point due = waits.events[waits.overdue].at + patience;
            if (due > now) {
                next = std::min(next, due);
                break;
            }
            ++waits.overdue;
            ++counters_.events_unacknowledged;
        }
    }
    if (next != time_point::never())
        on_.owner().arm(*this, next);
}

}  // namespace clarion::session
