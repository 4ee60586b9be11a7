#include "net/websocket/transport.hpp"

#include "core/async/assert.hpp"
#include "net/websocket/close_payload.hpp"
#include "net/websocket/frame_header.hpp"

#include <utility>

namespace clarion::websocket {

namespace {

// True while in scope.
class marked {
public:
    explicit marked(bool& flag) : flag_(flag) {
        CLARION_ASSERT(!flag_);
        flag_ = true;
    }
    marked(const marked&) = delete;
    marked& operator=(const marked&) = delete;
    ~marked() { flag_ = false; }

private:
    bool& flag_;
};

incoming as_incoming(occurrence what) {
    return std::visit(
        [](auto&& ready) -> incoming {
            if constexpr (std::is_same_v<std::decay_t<decltype(ready)>, need_more>) {
                CLARION_ASSERT(false);
                return transport_end{};
            } else {
                return std::forward<decltype(ready)>(ready);
            }
        },
        std::move(what)
    );
}

masking_key draw_key(random_source& random) {
    const std::uint64_t bits = random.next();
    masking_key key{};
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = static_cast<std::uint8_t>(bits >> (8U * i));
    return key;
}

}  // namespace

transport::transport(
    net::byte_stream& stream,
    const transport_options& options,
    std::string_view already_read
)
    : stream_(stream),
      options_(options),
      decoder_({options.reads_as, options.message_bytes_max, options.frame_bytes_max}),
      buffer_(already_read) {}

task<incoming> transport::receive() {
    CLARION_ASSERT(!decoder_.is_finished());
    const marked reading(is_reading_);
    for (;;) {
        while (!buffer_.unread().empty()) {
            decoder_step step = decoder_.next(buffer_.unread());
            buffer_.consume(step.used);
            if (!std::holds_alternative<need_more>(step.what))
                co_return as_incoming(std::move(step.what));
        }
        const net::io_result got = co_await stream_.read_some(buffer_.space());
        if (const auto* end = std::get_if<net::stream_closed>(&got)) {
            is_dropped_ = true;
            co_return incoming(transport_end{end->message});
        }
        buffer_.filled(std::get<std::size_t>(got));
    }
}

void transport::append(std::string& out, const outgoing& frame, random_source& random) const {
    if (options_.reads_as == role::server)
        append_frame(out, frame.kind, frame.payload);
    else
        append_masked_frame(out, frame.kind, frame.payload, draw_key(random));
}

task<send_result> transport::write(std::string bytes) {
    if (sending_ != sending::open || is_dropped_)
        co_return send_result(transport_end{"the connection is closing"});
    const marked writing(is_writing_);
    // Unless all of it went out, a frame may have been cut, and nothing can follow it.
    sending_ = sending::broken;
    const net::io_result done = co_await stream_.write(bytes);
    if (const auto* end = std::get_if<net::stream_closed>(&done))
        co_return send_result(transport_end{end->message});
    sending_ = sending::open;
    co_return send_result(written{});
}

task<send_result> transport::send(std::span<const outgoing> frames) {
    const executor on = co_await asio::this_coro::executor;
    std::size_t bytes_max = 0;
    for (const outgoing& frame : frames)
        bytes_max += header_bytes_max + frame.payload.size();
    std::string bytes;
    bytes.reserve(bytes_max);
    for (const outgoing& frame : frames)
        append(bytes, frame, on.owner().random());
    co_return co_await write(std::move(bytes));
}

task<send_result> transport::send_close(std::uint16_t code, std::string_view reason) {
    const executor on = co_await asio::this_coro::executor;
    const std::string payload = encode_close_payload(code, reason);
    const outgoing frame{opcode::close, payload};
    std::string bytes;
    append(bytes, frame, on.owner().random());
    send_result result = co_await write(std::move(bytes));
    if (std::holds_alternative<written>(result))
        sending_ = sending::close_sent;
    co_return result;
}

void transport::abort() noexcept {
    if (sending_ == sending::close_sent && !is_reading_ && !is_writing_)
        return;
    is_dropped_ = true;
    stream_.abort();
}

task<> transport::finish() {
    CLARION_ASSERT(!is_reading_ && !is_writing_);
    if (is_dropped_ || sending_ == sending::broken)
        stream_.abort();
    else
        co_await stream_.finish(options_.linger);
}

}  // namespace clarion::websocket
