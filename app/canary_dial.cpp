#include "app/canary_dial.hpp"

#include "app/parts.hpp"
#include "core/async/first_of.hpp"
#include "net/dial.hpp"
#include "net/websocket/client_handshake.hpp"
#include "net/websocket/status_codes.hpp"
#include "net/websocket/transport.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

using canary::wire_closed;

// Longer than its frames are, shorter than what could not be one of them.
constexpr std::size_t message_bytes_max = 65'536;
constexpr duration dial_max = std::chrono::seconds(5);
constexpr duration goodbye_max = std::chrono::seconds(1);

websocket::transport_options client_options() {
    websocket::transport_options options;
    options.reads_as = websocket::role::client;
    options.message_bytes_max = message_bytes_max;
    options.frame_bytes_max = message_bytes_max;
    options.linger.time = goodbye_max;
    return options;
}

std::string words_of(const websocket::closed& how) {
    const std::string reason = how.reason.empty() ? "" : " (" + how.reason + ")";
    return "close " + std::to_string(how.code) + reason;
}

class websocket_wire final : public canary::wire {
public:
    websocket_wire(net::byte_stream_ptr stream, std::string_view already_read)
        : stream_(std::move(stream)), over_(*stream_, client_options(), already_read) {}

    task<canary::send_result> send(std::string text) override {
        return send_frame(websocket::opcode::text, std::move(text));
    }

    task<canary::receive_result> receive() override {
        while (true) {
            websocket::incoming came = co_await over_.receive();
            if (auto* text = std::get_if<websocket::message>(&came))
                co_return canary::receive_result(std::move(text->payload));
            if (auto* asked = std::get_if<websocket::ping>(&came))
                co_await send_frame(websocket::opcode::pong, std::move(asked->payload));
            else if (const auto* closed = std::get_if<websocket::closed>(&came))
                co_return canary::receive_result(wire_closed{words_of(*closed)});
            else if (const auto* broken = std::get_if<websocket::violation>(&came))
                co_return canary::receive_result(wire_closed{std::string(broken->reason)});
            else if (const auto* end = std::get_if<websocket::transport_end>(&came))
                co_return canary::receive_result(wire_closed{end->reason});
        }
    }

    task<> close() override {
        const executor on = co_await asio::this_coro::executor;
        const time_point deadline = on.owner().now() + goodbye_max;
        co_await before(deadline, say_goodbye());
        co_await over_.finish();
    }

private:
    task<canary::send_result> send_frame(websocket::opcode kind, std::string payload) {
        const std::array<websocket::outgoing, 1> frames{{{kind, payload}}};
        const websocket::send_result sent = co_await over_.send(frames);
        if (const auto* end = std::get_if<websocket::transport_end>(&sent))
            co_return canary::send_result(wire_closed{end->reason});
        co_return canary::send_result(canary::wire_sent{});
    }

    // The server's own close frame comes behind everything that it was still sending.
    task<> say_goodbye() {
        co_await over_.send_close(websocket::status::normal, "");
        while (true) {
            const canary::receive_result came = co_await receive();
            if (std::holds_alternative<wire_closed>(came))
                co_return;
        }
    }

    net::byte_stream_ptr stream_;
    websocket::transport over_;
};

// Where this machine reaches what is bound to all of its addresses.
std::string reachable(const std::string& bound) {
    if (bound == "0.0.0.0")
        return "127.0.0.1";
    return bound == "::" ? "::1" : bound;
}

}  // namespace

task<canary::dial_result> dial_canary(const net::listener& to, std::string credential) {
    const executor on = co_await asio::this_coro::executor;
    const time_point deadline = on.owner().now() + dial_max;
    net::destination where;
    where.host = reachable(address_of(to.address()).host);
    where.port = to.port();
    if (to.tls()) {
        if (auto objection = net::objection_to_certificate(to.tls(), on.owner().wall_ms()))
            co_return canary::dial_result(wire_closed{*std::move(objection)});
        where.tls = net::make_pinned_tls_client_context(to.tls());
    }
    net::dial_result dialled = co_await net::dial(std::move(where), deadline);
    if (auto* failed = std::get_if<net::dial_failure>(&dialled))
        co_return canary::dial_result(wire_closed{std::move(failed->message)});
    auto stream = std::get<net::byte_stream_ptr>(std::move(dialled));

    websocket::upgrade_request wanted;
    // Answered to under every rule for hosts (PROTOCOL §2.1), whatever the address is.
    wanted.host = "localhost:" + std::to_string(to.port());
    wanted.target = "/ws";
    wanted.subprotocol = "clarion.v1";
    wanted.bearer = std::move(credential);
    auto result = co_await before(deadline, websocket::upgrade(*stream, std::move(wanted)));
    if (!result)
        co_return canary::dial_result(wire_closed{"no answer to the upgrade in time"});
    if (auto* refused = std::get_if<websocket::upgrade_refused>(&*result))
        co_return canary::dial_result(wire_closed{std::move(refused->reason)});
    const auto& open = std::get<websocket::upgraded>(*result);
    canary::wire_ptr made = std::make_unique<websocket_wire>(std::move(stream), open.already_read);
    co_return canary::dial_result(std::move(made));
}

}  // namespace clarion::app
