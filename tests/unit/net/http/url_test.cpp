#include "net/http/url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace clarion::http;

url good(const char* text) {
    const auto parsed = parse_url(text);
    BOOST_REQUIRE_MESSAGE(std::holds_alternative<url>(parsed), text);
    return std::get<url>(parsed);
}

BOOST_AUTO_TEST_SUITE(url_)

BOOST_AUTO_TEST_CASE(its_parts_are_found) {
    const url plain = good("http://127.0.0.1:11434/v1");
    BOOST_TEST((plain.how == scheme::http && plain.port == 11434));
    BOOST_TEST(plain.host == "127.0.0.1");
    BOOST_TEST(plain.target == "/v1");
    BOOST_TEST(plain.authority() == "127.0.0.1:11434");

    const url secure = good("HTTPS://api.example.com?x=1");
    BOOST_TEST((secure.how == scheme::https && secure.port == 443));
    BOOST_TEST(secure.target == "/?x=1");
    BOOST_TEST(secure.authority() == "api.example.com");
    BOOST_TEST(secure.origin() == "https://api.example.com:443");

    const url v6 = good("http://[::1]:8080/");
    BOOST_TEST(v6.host == "::1");
    BOOST_TEST(v6.authority() == "[::1]:8080");

    const url user = good("http://us%65r:p@ss@proxy:3128");
    BOOST_TEST(user.user_info == "us%65r:p@ss");
    BOOST_TEST(user.host == "proxy");
}

BOOST_AUTO_TEST_CASE(paths_are_joined_with_one_slash) {
    for (const char* base : {"http://h/v1", "http://h/v1/", "http://h/v1//"})
        BOOST_TEST(good(base).below("/chat/completions").target == "/v1/chat/completions");
    BOOST_TEST(good("http://h").below("models").target == "/models");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_url_is_refused) {
    for (const char* text :
         {"",
          "ftp://h/",
          "h:80",
          "http://",
          "http://:80/",
          "http://h:0/",
          "http://h:65536/",
          "http://h:8x/",
          "http://[::1/",
          "http://[::1]x/",
          "http://h/#f",
          "http://h/a b",
          "http://h/\r\nX: y",
          "http://ü/"})
        BOOST_TEST(std::holds_alternative<url_error>(parse_url(text)), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
