#include "net/websocket/close_payload.hpp"

#include "core/async/assert.hpp"
#include "core/protocol/utf8.hpp"
#include "net/websocket/occurrence.hpp"
#include "net/websocket/status_codes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::websocket {
namespace {

constexpr std::size_t code_bytes = 2;

}  // namespace

bool is_wire_close_code(std::uint16_t code) noexcept {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

std::string encode_close_payload(std::uint16_t code, std::string_view reason) {
    if (code == status::no_status) {
        return {};
    }
    CLARION_ASSERT(is_wire_close_code(code));
    std::string payload;
    payload += static_cast<char>(code >> 8U);
    payload += static_cast<char>(code & 0xFFU);
    reason = reason.substr(0, close_reason_bytes_max);
    payload += reason.substr(0, protocol::utf8_prefix_bytes(reason));
    return payload;
}

std::variant<closed, violation> parse_close_payload(std::string_view payload) {
    if (payload.empty()) {
        return closed{status::no_status, {}};
    }
    if (payload.size() < code_bytes) {
        return violation{status::protocol_error, "close frame with half a code"};
    }
    const auto high = static_cast<std::uint8_t>(payload[0]);
    const auto low = static_cast<std::uint8_t>(payload[1]);
    const auto code = static_cast<std::uint16_t>((high << 8U) | low);
    if (!is_wire_close_code(code)) {
        return violation{status::protocol_error, "close code not allowed on the wire"};
    }
    const std::string_view reason = payload.substr(code_bytes);
    if (!protocol::is_utf8(reason)) {
        return violation{status::invalid_payload, "close reason is not UTF-8"};
    }
    return closed{code, std::string(reason)};
}

}  // namespace clarion::websocket
