#include "app/admin/delivery_metrics.hpp"

#include "core/protocol/events.hpp"

#include <cstddef>
#include <string>

namespace clarion::app {

namespace {

using metrics::counters;

void add_commits(metric_families& to, const counters& all) {
    to.counters_by(
        "clarion_messages_total",
        "outcome",
        all.messages,
        "Message frames by their answer."
    );
    auto events = to.counter(
        "clarion_events_committed_total",
        "Events committed to the log, by type and by how much hangs on them."
    );
    for (std::size_t index = 0; index < protocol::event_types_count; ++index) {
        const auto type = static_cast<protocol::event_type>(index);
        const protocol::event_traits& row = protocol::traits_of(type);
        events.add(
            all.events_committed.at(type),
            {{"type", std::string(row.name)},
             {"criticality", std::string(protocol::name_of(row.level))}}
        );
    }
    to.histogram(
          "clarion_emit_commit_seconds",
          "Events, from their emit to their commit; text since its first gathered piece."
    )
        .add_histogram(all.emit_to_commit_us, us_per_second);
}

void add_writes(metric_families& to, const counters& all) {
    to.counter(
          "clarion_events_delivered_total",
          "Live events handed to subscribed sessions, one for each session."
    )
        .add(all.events_delivered);
    to.histogram(
          "clarion_commit_write_seconds",
          "Live events, from their commit to their write to a socket, which waits for its client."
    )
        .add_histogram(all.commit_to_write_us, us_per_second);
    to.counter(
          "clarion_events_late_total",
          "Live events written over 500 ms after their emit, the client's own delay not counted."
    )
        .add(all.events_late);
    to.histogram(
          "clarion_write_ack_seconds",
          "Critical live events of clients that acknowledge, from their write to their ack."
    )
        .add_histogram(all.write_to_ack_us, us_per_second);
    to.counter("clarion_events_unacknowledged_total", "Those of them that had no ack within 5 s.")
        .add(all.events_unacknowledged);
}

void add_replays(metric_families& to, const counters& all) {
    to.counter(
          "clarion_events_parked_total",
          "Events committed while no session was subscribed to their thread."
    )
        .add(all.events_parked);
    to.counters_by(
        "clarion_resumes_total",
        "verdict",
        all.resumes,
        "Subscriptions with a cursor, by whether every event behind it follows."
    );
    to.counter("clarion_replays_total", "Subscriptions that began behind the head.")
        .add(all.replays);
    to.counter("clarion_events_replayed_total", "Events sent by replays.").add(all.events_replayed);
}

}  // namespace

void add_delivery(metric_families& to, const counters& all) {
    add_commits(to, all);
    add_writes(to, all);
    add_replays(to, all);
}

}  // namespace clarion::app
