#pragma once

#include "core/async/task.hpp"
#include "core/protocol/close_codes.hpp"
#include "core/protocol/events.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::session {

enum class frame_kind : std::uint8_t { text, ping, pong };

/// A live event on its way from its emit to whoever is subscribed.
struct event_passage {
    protocol::event_type type{};
    std::int64_t seq = 0;
    time_point emitted_at;
    time_point committed_at;
};

/// One WebSocket frame on its way out. Made once, shared by every session that gets it.
struct outgoing_frame {
    frame_kind kind = frame_kind::text;
    /// The user it belongs to: compared with the session's user just before the write.
    std::string owner;
    std::string body;
    /// Of a live event alone: what is replayed or answered is measured by nobody.
    std::optional<event_passage> event{};
};
using shared_frame = std::shared_ptr<const outgoing_frame>;

/// A whole text message, valid UTF-8.
struct text_message {
    std::string text;
};
/// A binary message came; its content is of no interest.
struct binary_message {};
struct ping_received {
    std::string payload;
};
struct pong_received {};

/// Nothing more will come in, and why.
struct ended {
    enum class by : std::uint8_t {
        peer,       ///< a close frame came; `code` is its code (1005 when it had none)
        violation,  ///< the peer broke RFC 6455; close with `code`
        transport,  ///< the socket failed or ended without a close frame; nothing can be sent
    };
    by who = by::transport;
    std::uint16_t code = 0;
    std::string reason;
};

using inbound = std::variant<text_message, binary_message, ping_received, pong_received, ended>;

struct sent {};
struct gone {
    std::string reason;
};
using send_verdict = std::variant<sent, gone>;

/// One connection below the session: RFC 6455 done, over TCP, TLS, or memory in tests. One
/// coroutine receives, one sends; a receive is always outstanding until `ended`. Its shard only.
class connection {
public:
    connection() = default;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    virtual ~connection() = default;

    /// The next thing that came in. After `ended` it is not called again.
    virtual task<inbound> receive() = 0;
    /// Writes the batch in order with one write. Ends when the kernel has taken it all.
    virtual task<send_verdict> send(std::vector<shared_frame> batch) = 0;
    /// Writes a close frame; nothing is sent after it. Receiving goes on until the peer's answer.
    virtual task<> send_close(protocol::close_code code, std::string_view reason) = 0;
    /// Drops the connection at once: `receive` ends with `transport`, `send` with `gone`.
    virtual void abort() noexcept = 0;
};

/// What the HTTP upgrade said about who is calling.
struct upgrade_request {
    /// IP address of the peer, for the log.
    std::string remote_address;
    /// `?user=NAME`, already checked for its charset; only meaningful with authentication off.
    std::optional<std::string> user;
    /// From `Authorization: Bearer` or the subprotocol `clarion.bearer.<token>`.
    std::optional<std::string> credential;
    /// What the transport counts a connection by until it is a session. Given back by the session
    /// once it has a user, and by every end before that.
    std::shared_ptr<const void> place_before_session{};
};

}  // namespace clarion::session
