#include "core/failure/codes.hpp"

#include <array>
#include <utility>

namespace clarion::failure {

namespace {

using enum severity;
using enum code_class;
using protocol::close_code;
constexpr std::nullopt_t no_close = std::nullopt;

constexpr std::array<code_traits, codes_count> table{{
    {code::internal_session,
     "internal_session",
     critical,
     delivery,
     "The user's connection is closed; the client resumes from the log.",
     "Report it as a bug with its stack; the client needs nothing but a new connection.",
     close_code::internal_error},
    {code::internal_run,
     "internal_run",
     error,
     model,
     "The user's run ends in agent_error internal, without its answer.",
     "Mend the agent or tool that threw (detail, stack); the user may send the message again.",
     no_close},
    {code::engine_unavailable,
     "engine_unavailable",
     critical,
     model,
     "The user's message is not worked on: its run ends in a lone agent_error internal.",
     "Check the configured agents against detail; when they are right, report it as a bug.",
     no_close},
    {code::invalid_event,
     "invalid_event",
     critical,
     delivery,
     "What the user should have seen does not exist: the run ends in agent_error invalid_event.",
     "Mend the agent or tool that made the event; detail names its type and the JSON Pointer.",
     no_close},
    {code::event_too_large,
     "event_too_large",
     error,
     delivery,
     "The tool call or run that made the event ends without its result.",
     "Let the tool or agent return less, or raise limits.event_bytes_max.",
     no_close},
    {code::storage_unavailable,
     "storage_unavailable",
     error,
     storage,
     "Users can neither send messages nor resume; nothing that was committed is lost.",
     "Free space on the disk of the data directory and check who may write to it; the log goes on "
     "once a probe write succeeds.",
     no_close},
    {code::storage_poisoned,
     "storage_poisoned",
     critical,
     storage,
     "No run starts until the server is restarted, and /readyz is 503; committed events are safe.",
     "Check the disk, then restart: after a failed write or fsync the log must not be trusted.",
     no_close},
    {code::run_unsealed,
     "run_unsealed",
     error,
     storage,
     "The run has no terminal event yet: to its user it seems to go on.",
     "Mend the storage; the run is sealed once a probe write succeeds, or at the next start.",
     no_close},
    {code::process_lost,
     "process_lost",
     error,
     infrastructure,
     "A run that was active when the process died ends in agent_error process_lost.",
     "Find out what ended the process (out of memory, a kill, a crash); the user may send the "
     "message again.",
     no_close},
    {code::leak_blocked,
     "leak_blocked",
     critical,
     security,
     "An event was about to reach a user who does not own it; it was stopped, and the connection "
     "closed.",
     "Treat it as an incident: stop the server, keep its log and data, report it with its stack.",
     close_code::leak_guard},
    {code::slow_consumer,
     "slow_consumer",
     warning,
     delivery,
     "The client is cut off until it resumes; no event is lost.",
     "Nothing for one client; when there are many, look at the network before them or raise "
     "limits.outbox_bytes_max.",
     close_code::slow_consumer},
    {code::no_pong,
     "no_pong",
     warning,
     delivery,
     "The client is cut off until it resumes; no event is lost.",
     "Nothing for one client; when there are many, look at the network before them or raise "
     "limits.heartbeat_timeout_ms.",
     close_code::no_pong},
    {code::too_many_connections,
     "too_many_connections",
     warning,
     delivery,
     "The user's newest connection is cut off; the others are not touched.",
     "Let the user's clients share connections, or raise limits.connections_per_user_max.",
     close_code::too_many_connections},
    {code::handshake_timeout,
     "handshake_timeout",
     warning,
     delivery,
     "The client is cut off before it had a user.",
     "Let the client send hello at once, or raise limits.handshake_timeout_ms.",
     close_code::handshake_timeout},
    {code::handshake_refused,
     "handshake_refused",
     warning,
     security,
     "The client cannot connect.",
     "Compare detail with the origins, proxies and connection caps that are configured.",
     no_close},
    {code::hold_overflow,
     "hold_overflow",
     warning,
     delivery,
     "The client is cut off, and what it sent before welcome was not processed.",
     "Let the client wait for welcome before it sends more than 16 frames or 64 KiB.",
     close_code::protocol_error},
    {code::protocol_violation,
     "protocol_violation",
     warning,
     delivery,
     "The client is cut off; what it sent last was not processed.",
     "Mend the client, or what stands between, by RFC 6455; detail names the rule.",
     close_code::websocket_protocol},
    {code::too_many_bad_frames,
     "too_many_bad_frames",
     warning,
     delivery,
     "The client is cut off and does not reconnect by itself.",
     "Mend the client by the protocol; detail names the last frame that was refused.",
     close_code::protocol_error},
    {code::tool_timeout,
     "tool_timeout",
     warning,
     model,
     "The agent goes on without what the tool would have found.",
     "Find out what the tool waits for, or raise its agent's tool_timeout_ms.",
     no_close},
    {code::tool_failed,
     "tool_failed",
     warning,
     model,
     "The agent goes on without what the tool would have found, or ends its run.",
     "Read the tool's error in detail and mend the tool or what it depends on.",
     no_close},
    {code::straggler,
     "straggler",
     error,
     model,
     "A tool goes on after its run has ended: what it does in the world may still happen.",
     "Let the tool end when it is cancelled; /debug/runs names those that have not.",
     no_close},
    {code::listener_accept_failed,
     "listener_accept_failed",
     error,
     infrastructure,
     "New clients cannot connect; those that are connected are not touched.",
     "Raise the limit on open files or close what holds them; accepting goes on by itself.",
     no_close},
    {code::tls_handshake_failed,
     "tls_handshake_failed",
     warning,
     infrastructure,
     "The client cannot connect.",
     "Check that the certificate is valid and trusted there; a scanner of ports needs nothing.",
     no_close},
    {code::drain_timeout,
     "drain_timeout",
     warning,
     infrastructure,
     "Runs still active at the end of the drain end in agent_cancelled shutdown.",
     "Raise limits.drain_ms above what runs need, and the supervisor's stop time-out with it.",
     close_code::going_away},
    {code::log_dropped,
     "log_dropped",
     warning,
     infrastructure,
     "Lines are missing in the log on stderr; the ledger and the users' events are whole.",
     "Let what reads stderr keep up or give it room, or raise --log-level.",
     no_close},
    {code::unauthorized,
     "unauthorized",
     warning,
     security,
     "The client cannot connect, or is cut off.",
     "Give the client a valid token; when none is accepted, check secret, key set, issuer, "
     "audience and clock.",
     close_code::unauthorized},
    {code::config_reload_failed,
     "config_reload_failed",
     critical,
     infrastructure,
     "The old certificate, secret or key set stays in force until it expires or is replaced.",
     "Mend the file that detail names; it is read again within 10 s, or at once on SIGHUP.",
     no_close},
    {code::audit_violation,
     "audit_violation",
     critical,
     storage,
     "The log holds what the server would never commit: what the thread's user resumes may be "
     "wrong.",
     "Keep a copy of the data directory; look for another hand in it or a failing disk, then "
     "restore a backup.",
     no_close},
    {code::backup_failed,
     "backup_failed",
     error,
     storage,
     "There is no new backup; the log and its users are not touched.",
     "Mend what detail names (room, rights, the directory), then ask for the backup again.",
     no_close},
    {code::memory_spent,
     "memory_spent",
     error,
     infrastructure,
     "New clients cannot connect and new messages are answered busy; what goes on is not touched.",
     "Give the process more memory or raise limits.memory_bytes_max; when it comes back soon, look "
     "for what grows at /metrics and /debug/sessions.",
     no_close},
    {code::model_unavailable,
     "model_unavailable",
     error,
     model,
     "The user's run ends in agent_error model_unavailable, with what was said until then.",
     "Check that the model's server runs, that base_url and proxies lead to it, and its limits; "
     "name another model in fallback.",
     no_close},
    {code::model_error,
     "model_error",
     error,
     model,
     "The user's run ends in agent_error model_error, with what was said until then.",
     "Read the server's answer in detail: a wrong model or key is mended in [[models]], an answer "
     "cut off at the server.",
     no_close},
    {code::model_timeout,
     "model_timeout",
     error,
     model,
     "The user's run ends in agent_error model_timeout, with what was said until then.",
     "Find out what holds the model's server up, or raise the timeouts of the model.",
     no_close},
    {code::context_truncated,
     "context_truncated",
     error,
     model,
     "The user's run ends in agent_error context_truncated: the model has not seen all it was "
     "told.",
     "Let context_tokens say what the server's context holds, or give the server a larger one.",
     no_close},
}};

/// The compiler's own spelling of a value of `code`: the enumerator's name if it has one, else a
/// cast. (GCC and Clang.)
template <code value>
constexpr std::string_view spelling() {
    constexpr std::string_view function = __PRETTY_FUNCTION__;
    constexpr std::string_view before = "value = ";
    std::string_view name = function.substr(function.find(before) + before.size());
    name = name.substr(0, name.find_first_of(";]"));
    return name.front() == '(' ? name : name.substr(name.rfind(':') + 1);
}

template <std::size_t... row>
constexpr bool each_row_is_its_enumerators(std::index_sequence<row...>) {
    return ((table[row].what == code{row} && table[row].name == spelling<code{row}>()) && ...);
}

static_assert(each_row_is_its_enumerators(std::make_index_sequence<codes_count>()));
static_assert(
    spelling<code{codes_count}>().front() == '(',
    "an enumerator after the last row has none"
);

}  // namespace

const code_traits& traits_of(code what) noexcept {
    return table[static_cast<std::size_t>(what)];
}

std::span<const code_traits, codes_count> all_codes() noexcept {
    return table;
}

}  // namespace clarion::failure
