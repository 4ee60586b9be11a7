#include "net/websocket/echo.hpp"

#include "core/async/first_of.hpp"
#include "net/websocket/status_codes.hpp"

#include <span>
#include <string_view>
#include <utility>

namespace clarion::websocket {

namespace {

enum class conversation : std::uint8_t { goes_on, over };

task<conversation> send(transport& peer, outgoing frame) {
    const send_result result = co_await peer.send(std::span(&frame, 1));
    if (std::holds_alternative<written>(result))
        co_return conversation::goes_on;
    co_return conversation::over;
}

task<conversation> send_close(transport& peer, std::uint16_t code, std::string_view reason) {
    co_await peer.send_close(code, reason);
    co_return conversation::over;
}

task<conversation> answer(transport& peer, const incoming& what) {
    if (const auto* whole = std::get_if<message>(&what))
        co_return co_await send(peer, outgoing{whole->kind, whole->payload});
    if (const auto* call = std::get_if<ping>(&what))
        co_return co_await send(peer, outgoing{opcode::pong, call->payload});
    if (std::holds_alternative<pong>(what))
        co_return conversation::goes_on;
    if (const auto* end = std::get_if<closed>(&what)) {
        const std::uint16_t code = end->code == status::no_status ? status::normal : end->code;
        co_return co_await send_close(peer, code, {});
    }
    if (const auto* broken = std::get_if<violation>(&what))
        co_return co_await send_close(peer, broken->code, broken->reason);
    co_return conversation::over;
}

}  // namespace

task<> echo(transport& peer) {
    const executor on = co_await asio::this_coro::executor;
    for (;;) {
        const incoming what = co_await peer.receive();
        const time_point deadline = on.owner().now() + echo_send_timeout;
        const auto state = co_await before(deadline, answer(peer, what));
        if (state != conversation::goes_on)
            co_return;
    }
}

}  // namespace clarion::websocket
