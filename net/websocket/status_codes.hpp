#pragma once

#include <cstdint>

// The close codes that RFC 6455 section 7.4.1 itself defines and that this layer decides on. The
// application's own codes (4000..4999) are a matter of the protocol above and have no name here.
namespace clarion::websocket::status {

inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t no_status = 1005;  // never on the wire: a close frame without a code
inline constexpr std::uint16_t abnormal = 1006;   // never on the wire: an end without a close frame
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;

}  // namespace clarion::websocket::status
