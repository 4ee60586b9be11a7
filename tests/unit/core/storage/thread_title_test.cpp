#include "core/storage/thread_title.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using clarion::storage::title_of;

namespace {

std::string times(std::size_t count, const std::string& text) {
    std::string repeated;
    for (std::size_t i = 0; i < count; ++i)
        repeated += text;
    return repeated;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_title)

BOOST_AUTO_TEST_CASE(a_short_text_is_its_own_title) {
    BOOST_TEST(title_of("hello") == "hello");
    BOOST_TEST(title_of("").empty());
}

BOOST_AUTO_TEST_CASE(white_space_and_control_characters_are_one_blank_and_none_at_the_ends) {
    BOOST_TEST(title_of("  what\n\tis \r\n  it?  ") == "what is it?");
    BOOST_TEST(title_of("a\u00a0\u2003b\u3000\u2028c\u0001\u007fd") == "a b c d");
    BOOST_TEST(title_of(" \n\u2029 ").empty());
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters_however_many_bytes_they_have) {
    for (const char* character : {"x", "ä", "€", "🙂"}) {
        BOOST_TEST(title_of(times(80, character)) == times(80, character));
        BOOST_TEST(title_of(times(200, character)) == times(80, character));
    }
}

BOOST_AUTO_TEST_CASE(a_title_never_ends_with_a_blank) {
    BOOST_TEST(title_of(times(79, "x") + " y") == times(79, "x"));
    BOOST_TEST(title_of(times(78, "x") + " y") == times(78, "x") + " y");
    BOOST_TEST(title_of(times(80, "x") + " y") == times(80, "x"));
}

BOOST_AUTO_TEST_SUITE_END()
