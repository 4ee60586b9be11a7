#pragma once

#include "net/websocket/frame_header.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::websocket {

/// Everything was read and nothing is ready.
struct need_more {
    bool operator==(const need_more&) const = default;
};

/// A whole message, reassembled and unmasked; `kind` is opcode::text (the payload is valid UTF-8)
/// or opcode::binary. Whether binary is welcome is the session's decision.
struct message {
    opcode kind = opcode::text;
    std::string payload;
    bool operator==(const message&) const = default;
};

/// At most 125 bytes. RFC 6455 section 5.5.3: a pong carries the payload of the ping it answers.
struct ping {
    std::string payload;
    bool operator==(const ping&) const = default;
};

struct pong {
    std::string payload;
    bool operator==(const pong&) const = default;
};

/// The peer's close frame; `code` is status::no_status when it carried none. `reason` is valid
/// UTF-8 of at most 123 bytes.
struct closed {
    std::uint16_t code = 0;
    std::string reason;
    bool operator==(const closed&) const = default;
};

/// The peer broke the protocol: the connection is to be failed with `code` (RFC 6455 section
/// 7.1.7). `reason` is a static text fit for a close frame.
struct violation {
    std::uint16_t code = 0;
    std::string_view reason;
    bool operator==(const violation&) const = default;
};

using occurrence = std::variant<need_more, message, ping, pong, closed, violation>;

}  // namespace clarion::websocket
