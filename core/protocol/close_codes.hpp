#pragma once

#include <cstdint>

namespace clarion::protocol {

/// Why a connection is closed (PROTOCOL §6; RFC 6455 section 7.4.1 below 4000).
enum class close_code : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    websocket_protocol = 1002,
    unsupported_data = 1003,
    invalid_payload = 1007,
    message_too_big = 1009,
    internal_error = 1011,
    slow_consumer = 4008,
    no_pong = 4009,
    token_expired = 4010,
    unauthorized = 4500,
    handshake_timeout = 4501,
    protocol_error = 4502,
    too_many_connections = 4503,
    leak_guard = 4504,
    revoked = 4505,
};

}  // namespace clarion::protocol
