#include "tools/clarion-chat/link.hpp"

#include "core/async/first_of.hpp"
#include "net/dial.hpp"
#include "net/websocket/client_handshake.hpp"
#include "tools/clarion-chat/advice.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <chrono>
#include <utility>

namespace clarion::chat {

namespace {

// More than any event can be: 512 KiB of text whose every byte is escaped.
constexpr std::size_t message_bytes_max = std::size_t{4} << 20U;

websocket::transport_options link_options() {
    websocket::transport_options options;
    options.reads_as = websocket::role::client;
    options.message_bytes_max = message_bytes_max;
    options.frame_bytes_max = message_bytes_max;
    options.linger.time = std::chrono::milliseconds(500);
    return options;
}

link_failure failure_of(const server_address& to, const websocket::upgrade_refused& refused) {
    const std::string where = to.url.host + ":" + std::to_string(to.url.port);
    const std::string why = without_controls(refused.reason, line_breaks::made_spaces);
    // A draining or crowded server may take us later; what is wrong with the request stays wrong.
    const bool stays = refused.status == 101 || (refused.status >= 300 && refused.status < 500);
    return {
        with_advice("cannot connect to " + where + ": " + why, advice_on_status(refused.status)),
        stays ? link_failure::retry::useless : link_failure::retry::sensible,
    };
}

}  // namespace

link::link(net::byte_stream_ptr from, std::string_view already_read)
    : stream(std::move(from)), transport(*stream, link_options(), already_read) {}

task<link_result> open_link(server_address to, time_point deadline) {
    net::destination where;
    where.host = to.url.host;
    where.port = to.url.port;
    where.tls = to.tls;
    net::dial_result dialled = co_await net::dial(std::move(where), deadline);
    if (auto* failed = std::get_if<net::dial_failure>(&dialled))
        co_return link_result(
            link_failure{with_advice(failed->message, advice_on_dial(failed->message))}
        );
    auto stream = std::get<net::byte_stream_ptr>(std::move(dialled));

    websocket::upgrade_request wanted;
    wanted.host = to.url.authority();
    wanted.target = to.url.target;
    wanted.subprotocol = "clarion.v1";
    wanted.bearer = to.bearer;
    auto result = co_await before(deadline, websocket::upgrade(*stream, std::move(wanted)));
    if (!result)
        result = websocket::upgrade_refused{0, "no answer in time"};
    if (const auto* refused = std::get_if<websocket::upgrade_refused>(&*result))
        co_return link_result(failure_of(to, *refused));
    const auto& open = std::get<websocket::upgraded>(*result);
    co_return link_result(std::make_unique<link>(std::move(stream), open.already_read));
}

}  // namespace clarion::chat
