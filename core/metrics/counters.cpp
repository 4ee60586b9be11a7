#include "core/metrics/counters.hpp"

#include "core/metrics/error_frame.hpp"

#include <iterator>

namespace clarion::metrics {

counters& counters::operator+=(const counters& other) {
    connections_accepted += other.connections_accepted;
    connections_open += other.connections_open;
    upgrades_refused += other.upgrades_refused;
    handshakes += other.handshakes;
    sessions_open += other.sessions_open;
    session_ends += other.session_ends;
    token_refreshes += other.token_refreshes;
    frames_received += other.frames_received;
    bytes_received += other.bytes_received;
    frames_sent += other.frames_sent;
    bytes_sent += other.bytes_sent;
    writes += other.writes;
    for (std::size_t index = 0; index < client_frames.size(); ++index)
        client_frames[index] += other.client_frames[index];
    error_frames += other.error_frames;
    outbox_overflows += other.outbox_overflows;
    leaks_blocked += other.leaks_blocked;
    commit_to_write_us += other.commit_to_write_us;
    events_late += other.events_late;
    write_to_ack_us += other.write_to_ack_us;
    events_unacknowledged += other.events_unacknowledged;
    messages += other.messages;
    events_committed += other.events_committed;
    events_delivered += other.events_delivered;
    events_parked += other.events_parked;
    resumes += other.resumes;
    replays += other.replays;
    events_replayed += other.events_replayed;
    runs_started += other.runs_started;
    runs_ended += other.runs_ended;
    run_errors += other.run_errors;
    tool_calls += other.tool_calls;
    late_emits += other.late_emits;
    stragglers += other.stragglers;
    silences += other.silences;
    message_to_accepted_us += other.message_to_accepted_us;
    message_to_started_us += other.message_to_started_us;
    emit_to_commit_us += other.emit_to_commit_us;
    appends_waiting += other.appends_waiting;
    append_us += other.append_us;
    append_events += other.append_events;
    retention_sweeps += other.retention_sweeps;
    events_trimmed += other.events_trimmed;
    bytes_trimmed += other.bytes_trimmed;
    loop_lag_us += other.loop_lag_us;
    return *this;
}

session_ending ending_of(protocol::close_code code) {
    using protocol::close_code;
    // In the order of the enumerators.
    static constexpr close_code known[] = {
        close_code::normal,
        close_code::going_away,
        close_code::websocket_protocol,
        close_code::unsupported_data,
        close_code::invalid_payload,
        close_code::message_too_big,
        close_code::internal_error,
        close_code::slow_consumer,
        close_code::no_pong,
        close_code::token_expired,
        close_code::unauthorized,
        close_code::handshake_timeout,
        close_code::protocol_error,
        close_code::too_many_connections,
        close_code::leak_guard,
        close_code::revoked,
    };
    static_assert(std::size(known) == static_cast<std::size_t>(session_ending::other));
    const auto found = std::ranges::find(known, code);
    return static_cast<session_ending>(std::distance(std::begin(known), found));
}

std::optional<protocol::server::error_code> code_of_error_frame(std::string_view frame) {
    if (!frame.starts_with(R"({"type":"error",)"))
        return std::nullopt;
    // What stands before it is the frame's id, in which these quotes would be escaped.
    constexpr std::string_view before = R"("code":")";
    const std::size_t begins = frame.find(before);
    if (begins == std::string_view::npos)
        return std::nullopt;
    const std::string_view rest = frame.substr(begins + before.size());
    return protocol::enum_from_name<protocol::server::error_code>(rest.substr(0, rest.find('"')));
}

}  // namespace clarion::metrics
