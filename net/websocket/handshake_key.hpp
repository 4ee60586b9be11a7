#pragma once

#include <string>
#include <string_view>

namespace clarion::websocket {

/// True when `sec_websocket_key` is the base64 form of 16 bytes (RFC 6455 section 4.2.1, item 5):
/// 22 characters of the alphabet and "==". Spare bits in the last character are not looked at,
/// because the RFC's own example in section 4.1 sets them.
[[nodiscard]] bool is_valid_key(std::string_view sec_websocket_key) noexcept;

/// The value of Sec-WebSocket-Accept for a client's key (RFC 6455 section 4.2.2, item 5.4), always
/// 28 characters. Empty only when the machine's OpenSSL refuses SHA-1 altogether: no upgrade can
/// succeed then, and the caller answers 500.
[[nodiscard]] std::string accept_key(std::string_view sec_websocket_key);

}  // namespace clarion::websocket
