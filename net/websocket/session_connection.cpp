#include "net/websocket/session_connection.hpp"

#include "core/metrics/counters.hpp"

#include <utility>

namespace clarion::websocket {

namespace {

using session::ended;
using session::inbound;

// One overload for each thing that can come in; a new one does not compile without its row.
struct as_inbound {
    inbound operator()(message&& what) const {
        if (what.kind == opcode::binary)
            return session::binary_message{};
        return session::text_message{std::move(what.payload)};
    }
    inbound operator()(ping&& what) const {
        return session::ping_received{std::move(what.payload)};
    }
    inbound operator()(pong&&) const { return session::pong_received{}; }
    inbound operator()(closed&& what) const {
        return ended{ended::by::peer, what.code, std::move(what.reason)};
    }
    inbound operator()(violation&& what) const {
        return ended{ended::by::violation, what.code, std::string(what.reason)};
    }
    inbound operator()(transport_end&& what) const {
        return ended{ended::by::transport, 0, std::move(what.reason)};
    }
};

opcode opcode_of(session::frame_kind kind) {
    switch (kind) {
        case session::frame_kind::text:
            return opcode::text;
        case session::frame_kind::ping:
            return opcode::ping;
        case session::frame_kind::pong:
            return opcode::pong;
    }
    return opcode::text;
}

}  // namespace

task<inbound> session_connection::receive() {
    incoming what = co_await over_.receive();
    const executor on = co_await asio::this_coro::executor;
    if (const auto* came = std::get_if<message>(&what)) {
        metrics::counters& counters = metrics::counters_of(on);
        ++counters.frames_received;
        counters.bytes_received += came->payload.size();
    }
    co_return std::visit(as_inbound{}, std::move(what));
}

task<session::send_verdict> session_connection::send(std::vector<session::shared_frame> batch) {
    const executor on = co_await asio::this_coro::executor;
    metrics::counters& counters = metrics::counters_of(on);
    std::vector<outgoing> frames;
    frames.reserve(batch.size());
    for (const session::shared_frame& frame : batch) {
        frames.push_back(outgoing{opcode_of(frame->kind), frame->body});
        counters.bytes_sent += frame->body.size();
    }
    counters.frames_sent += frames.size();
    ++counters.writes;
    send_result result = co_await over_.send(frames);
    if (auto* end = std::get_if<transport_end>(&result))
        co_return session::send_verdict(session::gone{std::move(end->reason)});
    co_return session::send_verdict(session::sent{});
}

task<> session_connection::send_close(protocol::close_code code, std::string_view reason) {
    // A peer that is gone needs no close frame: `receive` tells.
    co_await over_.send_close(static_cast<std::uint16_t>(code), reason);
}

}  // namespace clarion::websocket
