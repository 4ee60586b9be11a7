#include "net/websocket/client_handshake.hpp"

#include "net/websocket/handshake_key.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace clarion::websocket;

namespace {

struct shaking {
    clarion::random_source random{1};
    client_handshake handshake{
        upgrade_request{"h:81", "/ws?user=ada", "clarion.v1", std::string("tok")},
        random
    };

    std::string key() const {
        static constexpr std::string_view name = "Sec-WebSocket-Key: ";
        const std::string& text = handshake.request();
        return text.substr(text.find(name) + name.size(), 24);
    }
    std::string answer() const {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
               accept_key(key()) + "\r\nSec-WebSocket-Protocol: clarion.v1\r\n\r\n";
    }
    upgrade_refused refused(std::string_view text) {
        const auto result = handshake.feed(text);
        BOOST_REQUIRE(result.has_value());
        return std::get<upgrade_refused>(*result);
    }
    std::string answer_with(std::string_view from, std::string_view to) const {
        std::string text = answer();
        return text.replace(text.find(from), from.size(), to);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(websocket_client_handshake, shaking)

BOOST_AUTO_TEST_CASE(the_request_has_what_a_server_asks_for) {
    const std::string& text = handshake.request();
    BOOST_TEST(text.starts_with("GET /ws?user=ada HTTP/1.1\r\nHost: h:81\r\n"));
    for (const std::string_view line :
         {"\r\nConnection: Upgrade\r\n",
          "\r\nUpgrade: websocket\r\n",
          "\r\nSec-WebSocket-Version: 13\r\n",
          "\r\nSec-WebSocket-Protocol: clarion.v1\r\n",
          "\r\nAuthorization: Bearer tok\r\n"})
        BOOST_TEST(text.find(line) != std::string::npos, line);
    BOOST_TEST(text.ends_with("\r\n\r\n"));
    BOOST_TEST(is_valid_key(key()));
}

BOOST_AUTO_TEST_CASE(a_right_answer_opens_however_it_is_cut_and_gives_the_rest) {
    const std::string text = answer();
    for (const char byte : text.substr(0, text.size() - 1))
        BOOST_TEST(!handshake.feed({&byte, 1}).has_value());
    const auto result = handshake.feed("\n\x81\x02{}");
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(std::get<upgraded>(*result).already_read == "\x81\x02{}");
}

BOOST_AUTO_TEST_CASE(an_answer_that_breaks_the_rules_is_refused_by_name) {
    BOOST_TEST(refused(answer_with("Upgrade: websocket", "Upgrade: h2c")).status == 101U);
}

BOOST_AUTO_TEST_CASE(an_answer_without_connection_upgrade_is_refused) {
    BOOST_TEST(refused(answer_with("Connection: Upgrade", "Connection: close")).status == 101U);
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_key_is_refused) {
    const std::string other = accept_key("dGhlIHNhbXBsZSBub25jZQ==");
    const std::string reason = refused(answer_with(accept_key(key()), other)).reason;
    BOOST_TEST(reason.find("Sec-WebSocket-Accept") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_subprotocol_is_refused) {
    const std::string reason = refused(answer_with("clarion.v1", "clarion.v9")).reason;
    BOOST_TEST(reason.find("subprotocol") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_extension_that_was_not_offered_is_refused) {
    refused(answer_with("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_with_status_and_first_line) {
    BOOST_TEST(!handshake.feed("HTTP/1.1 403 Forbidden\r\nContent-Length: 8\r\n\r\n").has_value());
    const upgrade_refused why = refused("no\r\nmore");
    BOOST_TEST(why.status == 403U);
    BOOST_TEST(why.reason == "the server answered 403 Forbidden: no");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused) {
    BOOST_TEST(refused("SSH-2.0-x\r\n\r\n").status == 0U);
}

BOOST_AUTO_TEST_CASE(an_endless_answer_is_refused) {
    BOOST_TEST(refused(std::string(upgrade_answer_bytes_max + 1, 'x')).status == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
