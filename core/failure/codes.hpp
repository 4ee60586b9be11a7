#pragma once

#include "core/failure/severity.hpp"
#include "core/protocol/close_codes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace clarion::failure {

/// What can go wrong, one word each. Every one has a row in the table behind `traits_of`.
enum class code : std::uint8_t {
    internal_session,
    internal_run,
    engine_unavailable,
    invalid_event,
    event_too_large,
    storage_unavailable,
    storage_poisoned,
    run_unsealed,
    process_lost,
    leak_blocked,
    slow_consumer,
    no_pong,
    too_many_connections,
    handshake_timeout,
    handshake_refused,
    hold_overflow,
    protocol_violation,
    too_many_bad_frames,
    tool_timeout,
    tool_failed,
    straggler,
    listener_accept_failed,
    tls_handshake_failed,
    drain_timeout,
    log_dropped,
    unauthorized,
    config_reload_failed,
    audit_violation,
    backup_failed,
    memory_spent,
    canary_failed,
    registry_corrupt,
    event_late,
    delivery_stalled,
    run_silent,
    run_deadline,
    model_unavailable,
    model_error,
    model_timeout,
    context_truncated,
};
inline constexpr std::size_t codes_count = 40;

/// Whose concern a failure is.
enum class code_class : std::uint8_t { security, infrastructure, storage, model, delivery };
constexpr std::string_view names_of(code_class) {
    return "security|infrastructure|storage|model|delivery";
}

struct code_traits {
    code what;
    std::string_view name;
    /// Raised to critical when the event concerned is mission-critical (ARCHITECTURE §2.7).
    severity how;
    code_class of;
    /// What a user or an operator loses.
    std::string_view impact;
    /// What is to be done about it, and by whom.
    std::string_view remedy;
    /// With which the connection it happened on is closed (PROTOCOL §6), if it is.
    std::optional<protocol::close_code> closes_with;
};

const code_traits& traits_of(code what) noexcept;

/// The table, in the order of the enumerators.
std::span<const code_traits, codes_count> all_codes() noexcept;

}  // namespace clarion::failure
