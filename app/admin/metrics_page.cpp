#include "app/admin/metrics_page.hpp"

#include "app/admin/delivery_metrics.hpp"
#include "app/admin/metric_families.hpp"
#include "app/version.hpp"
#include "core/protocol/client_frames.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <prometheus/text_serializer.h>

namespace clarion::app {

namespace {

using metrics::counters;

metric_families::labels of_shard(std::size_t index) {
    return {{"shard", std::to_string(index)}};
}

void add_connections(metric_families& to, const counters& all) {
    to.counter(
          "clarion_connections_accepted_total",
          "TCP connections accepted by all listeners, whatever they were used for."
    )
        .add(all.connections_accepted);
    to.counters_by(
        "clarion_upgrades_refused_total",
        "reason",
        all.upgrades_refused,
        "Requests for a WebSocket that were refused, and connections before their request."
    );
    to.counters_by(
        "clarion_handshakes_total",
        "outcome",
        all.handshakes,
        "Session handshakes; established ones were sent welcome."
    );
    to.counters_by(
        "clarion_session_ends_total",
        "code",
        all.session_ends,
        "Ends of WebSocket connections by close code; vanished ones had none."
    );
    to.counters_by(
        "clarion_token_refreshes_total",
        "outcome",
        all.token_refreshes,
        "Tokens that sessions were shown to go on with; too late: the old one ended meanwhile."
    );
    to.counter("clarion_outbox_overflows_total", "Clients that did not read and were cut off.")
        .add(all.outbox_overflows);
    to.counter(
          "clarion_leaks_blocked_total",
          "Frames of another user stopped just before the write. Anything but 0 is an incident."
    )
        .add(all.leaks_blocked);
}

// The names of `client::any_frame`, in its order.
template <class... Frame>
std::vector<std::string_view> names_of_frames(const std::variant<Frame...>*) {
    return {Frame::type...};
}

void add_frames(metric_families& to, const counters& all) {
    to.counter("clarion_websocket_frames_received_total", "Messages received from sessions.")
        .add(all.frames_received);
    to.counter("clarion_websocket_received_bytes_total", "Their payload.").add(all.bytes_received);
    to.counter("clarion_websocket_frames_sent_total", "Frames sent to sessions, pongs included.")
        .add(all.frames_sent);
    to.counter("clarion_websocket_sent_bytes_total", "Their payload.").add(all.bytes_sent);
    to.counter("clarion_websocket_writes_total", "Writes in which they went out together.")
        .add(all.writes);
    auto by_type = to.counter("clarion_client_frames_total", "Well-formed client frames by type.");
    const protocol::client::any_frame* const any = nullptr;
    std::size_t index = 0;
    for (const std::string_view type : names_of_frames(any))
        by_type.add(all.client_frames[index++], {{"type", std::string(type)}});
    to.counters_by(
        "clarion_error_frames_total",
        "code",
        all.error_frames,
        "Error frames sent to clients."
    );
}

void add_runs(metric_families& to, const counters& all) {
    to.counter("clarion_runs_started_total", "Runs whose agent_started is committed.")
        .add(all.runs_started);
    to.counters_by(
        "clarion_runs_ended_total",
        "terminal",
        all.runs_ended,
        "Runs whose terminal event is committed."
    );
    to.counters_by(
        "clarion_run_errors_total",
        "code",
        all.run_errors,
        "Runs that ended in agent_error."
    );
    to.counters_by(
        "clarion_tool_calls_total",
        "outcome",
        all.tool_calls,
        "Tool calls whose tool_completed is committed."
    );
    to.counter(
          "clarion_run_silences_total",
          "Times in which nothing came from an agent for limits.run_silence_ms."
    )
        .add(all.silences);
    to.counter("clarion_late_emits_total", "Events of agents whose run had ended, refused.")
        .add(all.late_emits);
    to.counter("clarion_agents_abandoned_total", "Agents that went on after their run had ended.")
        .add(all.stragglers);
    to.histogram(
          "clarion_message_accepted_seconds",
          "From a message's arrival at its thread to its accepted, durable commit included."
    )
        .add_histogram(all.message_to_accepted_us, us_per_second);
    to.histogram(
          "clarion_message_started_seconds",
          "From a message's arrival to agent_started, of runs that did not have to queue."
    )
        .add_histogram(all.message_to_started_us, us_per_second);
}

void add_appends(metric_families& to, const counters& all) {
    to.gauge("clarion_appends_waiting", "Appends handed to the log and not answered.")
        .add(all.appends_waiting);
    to.histogram(
          "clarion_append_seconds",
          "From handing an append to the log to its verdict: queue, transaction, fsync."
    )
        .add_histogram(all.append_us, us_per_second);
    to.histogram("clarion_append_events", "Events committed by one append.")
        .add_histogram(all.append_events, 1);
}

void add_retention(metric_families& to, const counters& all) {
    to.counter("clarion_retention_sweeps_total", "Sweeps of retention over the whole log.")
        .add(all.retention_sweeps);
    to.counter("clarion_events_trimmed_total", "Events that retention has taken from the log.")
        .add(all.events_trimmed);
    to.counter("clarion_trimmed_bytes_total", "What limits.retention_bytes counts of them.")
        .add(all.bytes_trimmed);
}

void add_storage(metric_families& to, const storage::sqlite_figures& store) {
    to.counter("clarion_storage_commits_total", "Transactions that wrote: one fsync each.")
        .add(store.commits);
    auto appends = to.counter("clarion_storage_appends_total", "Appends by what became of them.");
    appends.add(store.appends_committed, {{"outcome", "committed"}});
    appends.add(store.appends_refused, {{"outcome", "refused"}});
    appends.add(store.appends_unavailable, {{"outcome", "unavailable"}});
    to.histogram(
          "clarion_storage_commit_seconds",
          "Transactions that appended, from their begin to the end of their fsync."
    )
        .add_histogram(store.commit_us, us_per_second);
    to.histogram("clarion_storage_batch_appends", "Appends that were committed by one transaction.")
        .add_histogram(store.batch_appends, 1);
    to.counter("clarion_storage_checkpoints_total", "Copies of the write-ahead log that succeeded.")
        .add(store.checkpoints);
    to.counter("clarion_storage_reads_total", "Questions to the log.").add(store.reads);
    to.gauge("clarion_storage_database_bytes", "Size of the database file.")
        .add(store.database_bytes);
    to.gauge("clarion_storage_wal_bytes", "Size of its write-ahead log.").add(store.wal_bytes);
    to.gauge("clarion_storage_full", "1: the last write was refused for lack of room.")
        .add(store.full_because.empty() ? 0 : 1);
    to.gauge("clarion_storage_broken", "1: nothing can be written until a restart.")
        .add(store.broken_because.empty() ? 0 : 1);
}

// What its users do is in no other family but those of TCP connections and WebSocket frames.
void add_canary(metric_families& to, const canary::canary_figures& rounds) {
    to.gauge("clarion_canary_green", "1: the last round of the canary was served as it must be.")
        .add(rounds.is_green ? 1 : 0);
    auto ended = to.counter("clarion_canary_rounds_total", "Rounds of the canary by outcome.");
    ended.add(rounds.rounds_green, {{"outcome", "green"}});
    ended.add(rounds.rounds_red, {{"outcome", "red"}});
    to.gauge(
          "clarion_canary_round_seconds",
          "How long the last one took, both connections and all."
    )
        .add(static_cast<double>(rounds.last_round_us) / us_per_second);
    to.gauge("clarion_canary_green_time_seconds", "End of the last green one, Unix time; 0: never.")
        .add(static_cast<double>(rounds.last_green_ms) / 1e3);
}

// What may come is there as 0 from the start: an alert on the rise of a series that is not there
// would miss the first one.
bool may_be(const failure::code_traits& row, failure::severity how) {
    return how == row.how || how == failure::severity::critical;
}

metric_families::labels labels_of(const failure::code_traits& row, failure::severity how) {
    return {
        {"code", std::string(row.name)},
        {"severity", std::string(protocol::name_of(how))},
    };
}

void add_failures(metric_families& to, const measured& of) {
    auto into = to.counter("clarion_failures_total", "Entries of the ledger by code and severity.");
    for (const failure::code_traits& row : failure::all_codes()) {
        const auto found = std::ranges::find(of.failures.tallies, row.what, &failure::tally::what);
        const auto counts = found == of.failures.tallies.end()
                                ? decltype(failure::tally::by_severity){}
                                : found->by_severity;
        for (std::size_t how = 0; how < counts.size(); ++how)
            if (counts[how] > 0 || may_be(row, static_cast<failure::severity>(how)))
                into.add(counts[how], labels_of(row, static_cast<failure::severity>(how)));
    }
    to.counter("clarion_log_lines_dropped_total", "Log records lost on the way to stderr.")
        .add(of.log_lines_dropped);
}

void add_shards(metric_families& to, const server_snapshot& shards) {
    auto up = to.gauge("clarion_shard_up", "0: the shard did not answer this scrape in time.");
    for (std::size_t index = 0; index < shards.size(); ++index)
        up.add(shards[index] ? 1 : 0, of_shard(index));
    auto connections = to.gauge("clarion_connections_open", "Open TCP connections.");
    for (std::size_t index = 0; index < shards.size(); ++index)
        if (shards[index])
            connections.add(shards[index]->counted.connections_open, of_shard(index));
    auto sessions = to.gauge("clarion_sessions_open", "Established sessions.");
    for (std::size_t index = 0; index < shards.size(); ++index)
        if (shards[index])
            sessions.add(shards[index]->counted.sessions_open, of_shard(index));
    auto lag = to.histogram("clarion_loop_lag_seconds", "How late the shard's timers are.");
    for (std::size_t index = 0; index < shards.size(); ++index)
        if (shards[index])
            lag.add_histogram(shards[index]->counted.loop_lag_us, us_per_second, of_shard(index));
}

void add_process(metric_families& to, const measured& of) {
    to.gauge("process_resident_memory_bytes", "Resident memory.").add(of.process.resident_bytes);
    to.gauge("clarion_memory_max_bytes", "Resident memory at which new work is refused; 0: none.")
        .add(of.memory_bytes_max);
    to.gauge("clarion_memory_spent", "1: upgrades get 503 and messages busy, for lack of memory.")
        .add(of.is_memory_spent ? 1 : 0);
    to.gauge("process_open_fds", "Open file descriptors.").add(of.process.open_files);
    to.gauge("process_max_fds", "Their soft limit; 0 without one.").add(of.process.open_files_max);
    to.counter("process_cpu_seconds_total", "User and system time.").add(of.process.cpu_seconds);
    to.gauge("process_start_time_seconds", "Start of the process, Unix time.")
        .add(static_cast<double>(of.started_ms) / 1e3);
    to.gauge("clarion_build_info", "Always 1; the labels say what runs.")
        .add(
            1,
            {{"version", std::string(version)},
             {"build", std::string(build_id())},
             {"protocol", "clarion.v1"}}
        );
}

}  // namespace

std::vector<prometheus::MetricFamily> snapshot_metrics::Collect() const {
    metric_families families;
    counters all;
    conversation::run_totals runs;
    std::size_t stragglers = 0;
    for (const auto& shard : of_.shards) {
        if (!shard)
            continue;
        all += shard->counted;
        runs.running += shard->runs.running;
        runs.queued += shard->runs.queued;
        runs.suspended += shard->runs.suspended;
        stragglers += shard->stragglers;
    }
    add_process(families, of_);
    add_shards(families, of_.shards);
    add_connections(families, all);
    add_frames(families, all);
    add_delivery(families, all);
    auto now = families.gauge("clarion_runs", "Runs that have not ended, by state.");
    now.add(runs.running, {{"state", "running"}});
    now.add(runs.queued, {{"state", "queued"}});
    now.add(runs.suspended, {{"state", "suspended"}});
    families.gauge("clarion_stragglers", "Agents and tools that go on without their run.")
        .add(stragglers);
    add_runs(families, all);
    add_appends(families, all);
    add_retention(families, all);
    if (of_.storage)
        add_storage(families, *of_.storage);
    if (of_.canary_rounds)
        add_canary(families, *of_.canary_rounds);
    add_failures(families, of_);
    return families.take();
}

std::string to_prometheus_text(measured of) {
    return prometheus::TextSerializer().Serialize(snapshot_metrics(std::move(of)).Collect());
}

task<measured> measure(const observed& server) {
    measured now;
    now.shards = co_await take_snapshot(server);
    now.storage = server.storage();
    now.failures = server.failures.snapshot();
    now.process = facts_of_process();
    now.memory_bytes_max = server.memory.bytes_max();
    now.is_memory_spent = server.memory.budget().is_spent();
    now.log_lines_dropped = server.log_lines_dropped();
    now.started_ms = server.started_ms;
    if (server.canary_rounds)
        now.canary_rounds = server.canary_rounds();
    co_return now;
}

}  // namespace clarion::app
