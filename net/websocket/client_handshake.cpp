#include "net/websocket/client_handshake.hpp"

#include "net/http/header_fields.hpp"
#include "net/websocket/handshake_key.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <cstdint>
#include <utility>

#include <openssl/evp.h>

namespace clarion::websocket {

namespace {

namespace beast_http = boost::beast::http;
using response_parser = beast_http::response_parser<beast_http::string_body>;

constexpr std::string_view head_end = "\r\n\r\n";
constexpr unsigned switching_protocols = 101;

// 16 bytes in base64. Against caches that mistake one connection for another, not for secrecy.
std::string draw_key(random_source& random) {
    std::array<unsigned char, 16> nonce{};
    for (std::size_t at = 0; at < nonce.size(); at += 8) {
        const std::uint64_t bits = random.next();
        for (std::size_t byte = 0; byte < 8; ++byte)
            nonce[at + byte] = static_cast<unsigned char>(bits >> (8U * byte));
    }
    std::array<unsigned char, 25> encoded{};  // OpenSSL appends a NUL
    EVP_EncodeBlock(encoded.data(), nonce.data(), static_cast<int>(nonce.size()));
    return {encoded.begin(), encoded.end() - 1};
}

http::header_fields fields_of(const response_parser& parser) {
    http::header_fields fields;
    for (const auto& field : parser.get())
        fields.add(field.name_string(), field.value());
    return fields;
}

// Status, phrase, and what the server says about it, as far as it is there.
upgrade_refused refusal_of(const response_parser& parser) {
    const unsigned status = parser.get().result_int();
    std::string reason = "the server answered " + std::to_string(status);
    const std::string phrase = parser.get().reason();
    if (!phrase.empty())
        reason += " " + phrase;
    std::string_view said = parser.get().body();
    said = said.substr(0, said.find_first_of("\r\n"));
    if (!said.empty())
        reason.append(": ").append(said);
    return {status, std::move(reason)};
}

upgrade_refused broken(std::string_view why) {
    return {switching_protocols, "the server's answer to the upgrade " + std::string(why)};
}

}  // namespace

client_handshake::client_handshake(const upgrade_request& wanted, random_source& random)
    : subprotocol_(wanted.subprotocol), key_(draw_key(random)) {
    request_ = "GET " + wanted.target + " HTTP/1.1\r\nHost: " + wanted.host +
               "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
               "\r\nSec-WebSocket-Key: " +
               key_ + "\r\nSec-WebSocket-Protocol: " + subprotocol_ + "\r\n";
    if (wanted.bearer)
        request_ += "Authorization: Bearer " + *wanted.bearer + "\r\n";
    request_ += "\r\n";
}

std::optional<upgrade_result> client_handshake::feed(std::string_view bytes) {
    answer_ += bytes;
    const std::size_t end = answer_.find(head_end);
    if (end == std::string::npos && answer_.size() <= upgrade_answer_bytes_max)
        return std::nullopt;
    if (end == std::string::npos)
        return upgrade_refused{0, "the server's answer is too large or no HTTP"};

    response_parser parser;
    parser.eager(true);
    parser.body_limit(std::uint64_t{upgrade_answer_bytes_max});
    boost::system::error_code error;
    std::string_view rest = answer_;
    while (!rest.empty() && !parser.is_done() && !error) {
        const std::size_t used = parser.put(boost::asio::buffer(rest), error);
        if (used == 0)
            break;
        rest.remove_prefix(used);
    }
    if (!parser.is_header_done())
        return upgrade_refused{0, "the server's answer is no HTTP"};
    if (parser.get().result_int() != switching_protocols) {
        if (!parser.is_done() && parser.content_length() &&
            (!error || error == beast_http::error::need_more))
            return std::nullopt;
        return refusal_of(parser);
    }

    const http::header_fields fields = fields_of(parser);
    if (!fields.lists("Upgrade", "websocket") || !fields.lists("Connection", "Upgrade"))
        return broken("does not switch to WebSocket");
    if (fields.count("Sec-WebSocket-Accept") != 1 ||
        fields.find("Sec-WebSocket-Accept") != accept_key(key_))
        return broken("has a wrong Sec-WebSocket-Accept");
    if (fields.count("Sec-WebSocket-Protocol") != 1 ||
        fields.find("Sec-WebSocket-Protocol") != subprotocol_)
        return broken("does not select the subprotocol " + subprotocol_);
    if (fields.count("Sec-WebSocket-Extensions") != 0)
        return broken("selects an extension that was not offered");
    return upgraded{std::string(rest)};
}

task<upgrade_result> upgrade(net::byte_stream& stream, upgrade_request wanted) {
    const executor on = co_await asio::this_coro::executor;
    client_handshake handshake(wanted, on.owner().random());
    const net::io_result sent = co_await stream.write(handshake.request());
    if (const auto* end = std::get_if<net::stream_closed>(&sent))
        co_return upgrade_result(upgrade_refused{0, end->message});
    std::array<char, 4096> room{};
    while (true) {
        const net::io_result got = co_await stream.read_some(room);
        if (const auto* end = std::get_if<net::stream_closed>(&got)) {
            const std::string why = "the server hung up without an answer: " + end->message;
            co_return upgrade_result(upgrade_refused{0, why});
        }
        auto result = handshake.feed({room.data(), std::get<std::size_t>(got)});
        if (result)
            co_return *std::move(result);
    }
}

}  // namespace clarion::websocket
