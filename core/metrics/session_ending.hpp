#pragma once

#include "core/protocol/close_codes.hpp"

#include <cstdint>
#include <string_view>

namespace clarion::metrics {

/// With which close code a session ended (PROTOCOL §6); a client may send any code, so what has no
/// name of its own is `other`.
enum class session_ending : std::uint8_t {
    normal,
    going_away,
    websocket_protocol,
    unsupported_data,
    invalid_payload,
    message_too_big,
    internal_error,
    slow_consumer,
    no_pong,
    token_expired,
    unauthorized,
    handshake_timeout,
    protocol_error,
    too_many_connections,
    leak_guard,
    revoked,
    other,
    vanished,  ///< without a close frame
};
constexpr std::string_view names_of(session_ending) {
    return "1000|1001|1002|1003|1007|1009|1011|4008|4009|4010|4500|4501|4502|4503|4504|4505|"
           "other|vanished";
}

/// Never `vanished`.
session_ending ending_of(protocol::close_code code);

}  // namespace clarion::metrics
