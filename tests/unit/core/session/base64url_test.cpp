#include "core/session/base64url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using clarion::session::from_base64url;
using clarion::session::to_base64url;

BOOST_AUTO_TEST_SUITE(base64url)

// RFC 4648 section 10, without padding; the last two show the alphabet.
BOOST_AUTO_TEST_CASE(the_vectors_of_the_rfc_hold_both_ways) {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xEF\xBE", "----"},
        {"\xFF\xFF\xFF", "____"},
    };
    for (const auto& [bytes, text] : vectors) {
        BOOST_TEST(to_base64url(bytes) == text);
        BOOST_TEST(from_base64url(text).value_or("refused") == bytes);
    }
}

BOOST_AUTO_TEST_CASE(every_byte_survives_at_every_place) {
    for (int value = 0; value < 256; ++value)
        for (std::size_t length = 1; length <= 4; ++length) {
            const std::string bytes(length, static_cast<char>(value));
            BOOST_TEST(from_base64url(to_base64url(bytes)).value_or("refused") == bytes);
        }
}

BOOST_AUTO_TEST_CASE(only_the_one_spelling_is_taken) {
    for (const char* wrong :
         {"Zg==",
          "Zg=",
          "A",
          "Z",
          "Zm9vA",
          "Zm9vY",
          "Zh",
          "Zm9",
          "+///",
          "Zm 8",
          "Zm8\n",
          "Zm\xC3\xA9"})
        BOOST_TEST(!from_base64url(wrong).has_value(), wrong);
    BOOST_TEST(!from_base64url(std::string("Zm\0v", 4)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
