#pragma once

#include "net/websocket/occurrence.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::websocket {

inline constexpr std::size_t close_reason_bytes_max = 123;  // a control frame less the code

/// True for the codes that may stand in a close frame (RFC 6455 section 7.4, IANA's registry):
/// 1000..1003, 1007..1014, 3000..4999.
[[nodiscard]] bool is_wire_close_code(std::uint16_t code) noexcept;

/// The payload of a close frame. `reason` is cut at the last whole code point within 123 bytes, and
/// at the first byte that is not UTF-8. status::no_status gives the empty payload.
/// Precondition: a wire close code or status::no_status.
[[nodiscard]] std::string encode_close_payload(std::uint16_t code, std::string_view reason);

/// Reads the payload of a received close frame (RFC 6455 section 5.5.1): 1002 for a single byte or
/// a code that may not stand there, 1007 for a reason that is not UTF-8.
[[nodiscard]] std::variant<closed, violation> parse_close_payload(std::string_view payload);

}  // namespace clarion::websocket
