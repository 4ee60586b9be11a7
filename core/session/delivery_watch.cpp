#include "core/session/delivery_watch.hpp"

#include "core/metrics/own_counters.hpp"
#include "core/session/event_place.hpp"
#include "core/session/session_link.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace clarion::session {

using protocol::event_level;

namespace {

std::string ms(duration time) {
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count()) + " ms";
}

std::size_t place_of(protocol::event_type type) {
    return protocol::traits_of(type).level == event_level::mission_critical ? 1 : 0;
}

}  // namespace

delivery_watch::delivery_watch(executor on, const link_end& of, failure::ledger& failures)
    : on_(on), of_(of), failures_(failures), late_(on.owner().own<late_reports>()) {}

delivery_watch::~delivery_watch() {
    on_.owner().disarm(*this);
}

void delivery_watch::hands_over(const std::vector<shared_frame>& batch) {
    is_writing_ = true;
    const time_point now = on_.owner().now();
    late_frames late{};
    const outgoing_frame* stalled = nullptr;
    for (const shared_frame& frame : batch) {
        if (!frame->event)
            continue;
        measure(*frame, now, late);
        if (stalled == nullptr && is_stalled(*frame, now))
            stalled = frame.get();
        const event_passage& event = *frame->event;
        if (of_.acks && protocol::traits_of(event.type).critical)
            of_.acks->written(place_of_event(frame->body).thread_id, event.seq, now);
    }
    for (std::size_t level = late.size(); level-- > 0;)
        if (late[level] != nullptr)
            tell_late(*late[level], late_.levels[level], now);
    if (stalled != nullptr)
        tell_stalled(*stalled, now);
    is_told_ = false;
}

void delivery_watch::is_free(time_point since) {
    is_writing_ = false;
    free_since_ = since;
}

void delivery_watch::measure(const outgoing_frame& frame, time_point now, late_frames& late) {
    const event_passage& event = *frame.event;
    metrics::counters& counters = metrics::counters_of(on_, of_.owner);
    counters.commit_to_write_us.add(metrics::in_us(now - event.committed_at));
    if (held_up(event.emitted_at, now) < late_after)
        return;
    ++counters.events_late;
    const std::size_t level = place_of(event.type);
    ++late_.levels[level].untold;
    if (late[level] == nullptr)
        late[level] = &frame;
}

duration delivery_watch::held_up(time_point ready, time_point now) const {
    return now - std::max(ready, free_since_);
}

bool delivery_watch::is_stalled(const outgoing_frame& frame, time_point now) const {
    return frame.event && protocol::traits_of(frame.event->type).critical &&
           held_up(frame.event->committed_at, now) >= stalled_after;
}

void delivery_watch::tell_late(
    const outgoing_frame& frame,
    late_reports::of_level& said,
    time_point now
) {
    if (now < said.silent_until)
        return;
    said.silent_until = now + report_interval;
    const event_passage& event = *frame.event;
    const std::uint64_t others = std::exchange(said.untold, 0) - 1;
    std::string detail(protocol::traits_of(event.type).name);
    detail += " was written " + ms(now - event.emitted_at) + " after its emit and " +
              ms(now - event.committed_at) + " after its commit";
    if (others > 0)
        detail += "; so late were " + std::to_string(others) + " more since this was last said";
    report(failure::code::event_late, frame, detail);
}

void delivery_watch::tell_stalled(const outgoing_frame& frame, time_point now) {
    if (std::exchange(is_told_, true))
        return;
    const event_passage& event = *frame.event;
    const std::string name(protocol::traits_of(event.type).name);
    const std::string waited = ms(held_up(event.committed_at, now));
    report(
        failure::code::delivery_stalled,
        frame,
        name + " is committed and was not written for " + waited + " in which it could have been"
    );
}

void delivery_watch::report(
    failure::code what,
    const outgoing_frame& frame,
    std::string_view detail,
    std::source_location from
) const {
    const event_place place = place_of_event(frame.body);
    failure::concern touched;
    touched.about = {
        of_.connection_id,
        of_.owner,
        std::string(place.thread_id),
        std::string(place.run_id),
    };
    touched.seq = frame.event->seq;
    touched.level = protocol::traits_of(frame.event->type).level;
    failures_.report(what, touched, detail, from);
}

// Nothing is armed while a write is under way or once it has been told: the next frame that waits
// sees to it.
void delivery_watch::expired() {
    if (is_writing_ || is_told_ || of_.control == nullptr)
        return;
    const time_point now = on_.owner().now();
    time_point next = time_point::never();
    for (const shared_frame& frame : of_.frames.waiting()) {
        if (is_stalled(*frame, now))
            return tell_stalled(*frame, now);
        if (frame->event && protocol::traits_of(frame->event->type).critical)
            next = std::min(next, frame->event->committed_at + stalled_after);
    }
    if (next != time_point::never())
        on_.owner().arm(*this, std::max(next, free_since_ + stalled_after));
}

}  // namespace clarion::session
