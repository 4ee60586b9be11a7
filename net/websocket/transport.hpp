#pragma once

#include "net/byte_stream.hpp"
#include "net/websocket/decoder.hpp"
#include "net/websocket/occurrence.hpp"
#include "net/websocket/read_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::websocket {

struct transport_options {
    role reads_as = role::server;
    std::size_t message_bytes_max = 0;  ///< all fragments together; past it 1009
    std::size_t frame_bytes_max = 0;    ///< one data frame; past it 1009
    net::linger_limits linger;
};

/// The stream ended without a close frame, or failed; nothing can be sent any more.
struct transport_end {
    std::string reason;
};

using incoming = std::variant<message, ping, pong, closed, violation, transport_end>;

/// One frame to be sent, unfragmented. `payload` outlives the call that sends it.
struct outgoing {
    opcode kind = opcode::text;
    std::string_view payload;
};

struct written {};
using send_result = std::variant<written, transport_end>;

/// RFC 6455 over a byte stream, after the upgrade. One coroutine receives, one sends, on the
/// stream's shard. It answers nothing by itself: pongs and close frames are sent by who owns it.
class transport {
public:
    /// `already_read` are the bytes that came behind the upgrade; they are received first.
    transport(
        net::byte_stream& stream,
        const transport_options& options,
        std::string_view already_read
    );
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;

    /// The next thing that came in. Not called again after closed, violation or transport_end.
    task<incoming> receive();

    /// Writes all frames, in order, with one write; ends when the kernel has taken them. Answers
    /// transport_end without writing when a close frame has gone out or an earlier write failed.
    task<send_result> send(std::span<const outgoing> frames);

    /// Writes a close frame, the last thing to be sent. `code` as for `encode_close_payload`.
    /// Receiving goes on: what the peer was still sending comes first, then its own close frame.
    task<send_result> send_close(std::uint16_t code, std::string_view reason);

    /// Drops the connection: what is outstanding ends with transport_end. Once the close frame is
    /// out and nothing is outstanding, the rest is left to `finish`, so that the code arrives.
    void abort() noexcept;

    /// Ends the connection and closes the stream, with a bounded lingering read unless it was
    /// dropped (PROTOCOL §6). No receive or send is outstanding. Every path ends with it.
    task<> finish();

private:
    enum class sending : std::uint8_t { open, close_sent, broken };

    void append(std::string& out, const outgoing& frame, random_source& random) const;
    task<send_result> write(std::string bytes);

    net::byte_stream& stream_;
    transport_options options_;
    decoder decoder_;
    read_buffer buffer_;
    sending sending_ = sending::open;
    bool is_reading_ = false;
    bool is_writing_ = false;
    bool is_dropped_ = false;
};

}  // namespace clarion::websocket
