#pragma once

#include "core/async/executor.hpp"
#include "core/metrics/enum_counts.hpp"
#include "core/metrics/histogram.hpp"
#include "core/metrics/session_ending.hpp"
#include "core/protocol/events.hpp"
#include "core/protocol/server_frames.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace clarion::metrics {

/// Why an HTTP request for a WebSocket was refused. `unauthenticated`: the connection was, before
/// its request, because too many others are not yet sessions.
enum class upgrade_refusal : std::uint8_t {
    origin,
    malformed,
    draining,
    connections,
    unauthenticated,
    memory,
};
constexpr std::string_view names_of(upgrade_refusal) {
    return "origin|malformed|draining|connections|unauthenticated|memory";
}

enum class handshake_outcome : std::uint8_t { established, refused, vanished };
constexpr std::string_view names_of(handshake_outcome) {
    return "established|refused|vanished";
}

enum class message_outcome : std::uint8_t { accepted, duplicate, refused };
constexpr std::string_view names_of(message_outcome) {
    return "accepted|duplicate|refused";
}

enum class run_end : std::uint8_t { completed, failed, cancelled };
constexpr std::string_view names_of(run_end) {
    return "agent_completed|agent_error|agent_cancelled";
}

/// What became of a `refresh`; `too_late`: the old token ended meanwhile.
enum class refresh_outcome : std::uint8_t {
    refreshed,
    unauthorized,
    forbidden,
    rate_limited,
    too_late
};
constexpr std::string_view names_of(refresh_outcome) {
    return "refreshed|unauthorized|forbidden|rate_limited|too_late";
}

/// What a `subscribe` with a cursor was answered (PROTOCOL §5).
enum class resume_verdict : std::uint8_t { recovered, epoch_changed, trimmed, too_far_ahead };
constexpr std::string_view names_of(resume_verdict) {
    return "recovered|epoch_changed|trimmed|too_far_ahead";
}

/// How many types a client's frames may have.
inline constexpr std::size_t client_frame_types_max = 24;

/// What one shard has counted since the start. Written by the shard's thread alone; the first half
/// by a connection's shard, the second by its user's. The sum over the shards is the server's.
struct counters {
    // Of connections.
    std::uint64_t connections_accepted = 0;
    std::int64_t connections_open = 0;  // now
    enum_counts<upgrade_refusal> upgrades_refused;
    // Of sessions.
    enum_counts<handshake_outcome> handshakes;
    std::int64_t sessions_open = 0;  // now
    enum_counts<session_ending> session_ends;
    enum_counts<refresh_outcome> token_refreshes;
    // WebSocket messages of sessions, without their framing; `writes` is what went out together.
    std::uint64_t frames_received = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t frames_sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t writes = 0;
    // By the alternatives of `client::any_frame`; refused ones are error frames.
    std::array<std::uint64_t, client_frame_types_max> client_frames{};
    enum_counts<protocol::server::error_code> error_frames;
    std::uint64_t outbox_overflows = 0;
    // Frames of another user that the last tripwire stopped: a bug when it is not 0.
    std::uint64_t leaks_blocked = 0;
    // Live events: from their commit to their write to a session's socket, once for each session;
    // how many were late for no fault of the client.
    time_histogram commit_to_write_us;
    std::uint64_t events_late = 0;
    // Critical live events of clients that acknowledge: from the write to the acknowledgement, and
    // how many had none in time.
    time_histogram write_to_ack_us;
    std::uint64_t events_unacknowledged = 0;

    // Of threads and runs.
    enum_counts<message_outcome> messages;
    enum_counts<protocol::event_type> events_committed;
    // Handed to a subscribed session, each as often as there were sessions; and committed while no
    // session was subscribed.
    std::uint64_t events_delivered = 0;
    std::uint64_t events_parked = 0;
    enum_counts<resume_verdict> resumes;
    std::uint64_t replays = 0;
    std::uint64_t events_replayed = 0;
    std::uint64_t runs_started = 0;
    enum_counts<run_end> runs_ended;
    enum_counts<protocol::agent_error_code> run_errors;
    enum_counts<protocol::tool_outcome> tool_calls;
    // Emits of a bridge whose run had been closed.
    std::uint64_t late_emits = 0;
    // Agents that went on after their run had ended.
    std::uint64_t stragglers = 0;
    // Times in which an agent said nothing for so long that its user was told.
    std::uint64_t silences = 0;
    // From a message's arrival at its user's shard to its `accepted`, and to the `agent_started` of
    // a run that did not have to queue.
    time_histogram message_to_accepted_us;
    time_histogram message_to_started_us;
    // Of every event, from its emit to its commit.
    time_histogram emit_to_commit_us;
    // Appends of this shard's threads: handed to the store and not answered now, their time from
    // there to the verdict (queue, transaction, fsync), and how many events they committed.
    std::int64_t appends_waiting = 0;
    time_histogram append_us;
    size_histogram append_events;
    // What retention has taken away, by whole sweeps over the log.
    std::uint64_t retention_sweeps = 0;
    std::uint64_t events_trimmed = 0;
    std::uint64_t bytes_trimmed = 0;
    // How late timers are.
    time_histogram loop_lag_us;

    counters& operator+=(const counters& other);
};

/// The shard's own. On the shard.
inline counters& counters_of(const executor& on) {
    return on.owner().own<counters>();
}

/// What a duration is in a `time_histogram`.
constexpr std::int64_t in_us(duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace clarion::metrics
