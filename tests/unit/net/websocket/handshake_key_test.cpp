#include "net/websocket/handshake_key.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using clarion::websocket::accept_key;
using clarion::websocket::is_valid_key;

BOOST_AUTO_TEST_SUITE(handshake_key)

BOOST_AUTO_TEST_CASE(the_rfc_example_gives_the_rfc_answer) {
    BOOST_TEST(accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(every_key_gets_an_answer_of_28_characters_of_its_own) {
    BOOST_TEST(accept_key("").size() == 28U);
    BOOST_TEST(accept_key("AAAAAAAAAAAAAAAAAAAAAA==") == "ICX+Yqv66kxgM0FcWaLWlFLwTAI=");
    BOOST_TEST(accept_key("AAAAAAAAAAAAAAAAAAAAAQ==") != accept_key("AAAAAAAAAAAAAAAAAAAAAA=="));
}

BOOST_AUTO_TEST_CASE(base64_of_sixteen_bytes_is_a_key) {
    BOOST_TEST(is_valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
    BOOST_TEST(is_valid_key("AAAAAAAAAAAAAAAAAAAAAA=="));
    BOOST_TEST(is_valid_key("++//++//09azAZ09azAZ/w=="));
    BOOST_TEST(is_valid_key("AQIDBAUGBwgJCgsMDQ4PEC=="));  // RFC 6455 section 4.1, spare bits set
}

BOOST_AUTO_TEST_CASE(anything_else_is_not_a_key) {
    const std::string_view bad[] = {
        "",
        "==",
        "dGhlIHNhbXBsZSBub25jZQ",     // padding missing
        "dGhlIHNhbXBsZSBub25jZQ=",    // half of it
        "dGhlIHNhbXBsZSBub25jZQA=",   // 17 bytes
        "dGhlIHNhbXBsZSBub25jZQAA",   // 18 bytes
        "dGhlIHNhbXBsZSBub25jZQ== ",  // trailing blank
        " dGhlIHNhbXBsZSBub25jZQ==",  //
        "dGhlIHNhbXBsZSBub25jZ===",   // three pads
        "dGhlIHNhbXBsZSBub25j=Q==",   // pad inside
        "dGhlIHNhbXBsZSBub25jZ-==",   // the other alphabet
        "dGhlIHNhbXBsZSBub25jZ_==",   //
        "dGhlIHNhbXBsZSBub25jZ\xC3==",
        "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==",
    };
    for (const std::string_view key : bad) {
        BOOST_TEST(!is_valid_key(key), "accepted: \"" << key << '"');
    }
    BOOST_TEST(!is_valid_key(std::string_view("dGhlIHNhbXBsZSBub25j\0Q==", 24)));
}

BOOST_AUTO_TEST_SUITE_END()
