#include "tools/clarion-chat/url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace clarion::chat;

namespace {

websocket_url parsed(std::string_view text) {
    return std::get<websocket_url>(parse_url(text));
}

bool is_refused(std::string_view text) {
    return std::holds_alternative<url_error>(parse_url(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(host_port_and_target_are_found) {
    const websocket_url url = parsed("ws://127.0.0.1:8080/ws?a=b");
    BOOST_TEST(url.host == "127.0.0.1");
    BOOST_TEST(url.port == 8080);
    BOOST_TEST(url.target == "/ws?a=b");
    BOOST_TEST(url.authority() == "127.0.0.1:8080");
    BOOST_TEST((url.how == websocket_url::scheme::ws));
}

BOOST_AUTO_TEST_CASE(each_scheme_has_its_usual_port) {
    BOOST_TEST(parsed("ws://h").port == 80);
    BOOST_TEST(parsed("wss://h/x").port == 443);
    BOOST_TEST(parsed("wss://h/x").authority() == "h");
    BOOST_TEST(parsed("ws://h").target == "/");
    BOOST_TEST(parsed("ws://h?q").target == "/?q");
    BOOST_TEST((parsed("wss://h").how == websocket_url::scheme::wss));
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_stands_in_brackets) {
    const websocket_url url = parsed("ws://[::1]:81/ws");
    BOOST_TEST(url.host == "::1");
    BOOST_TEST(url.port == 81);
    BOOST_TEST(url.authority() == "[::1]:81");
}

BOOST_AUTO_TEST_CASE(a_parameter_joins_the_query) {
    websocket_url url = parsed("ws://h/ws");
    url.add_parameter("user", "ada");
    BOOST_TEST(url.target == "/ws?user=ada");
    url.add_parameter("x", "y");
    BOOST_TEST(url.target == "/ws?user=ada&x=y");
}

BOOST_AUTO_TEST_CASE(what_is_no_websocket_url_is_refused) {
    for (const std::string_view text :
         {"",
          "http://h/",
          "h:80",
          "ws://",
          "ws:///x",
          "ws://:80/",
          "ws://h:/",
          "ws://h:0/",
          "ws://h:65536/",
          "ws://h:8x/",
          "ws://[::1",
          "ws://[::1]x/",
          "ws://u:p@h/",
          "ws://h/#f",
          "ws://h/a b",
          "ws://h/\r\nX: y",
          "ws://h\xC3\xA9/"})
        BOOST_TEST(is_refused(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
