#include "tools/clarion-chat/terminal_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace clarion::chat;

BOOST_AUTO_TEST_SUITE(terminal_text)

BOOST_AUTO_TEST_CASE(escape_sequences_lose_what_makes_them_work) {
    BOOST_TEST(without_controls("a\x1b[31mb\x07", line_breaks::kept) == "a[31mb");
    BOOST_TEST(without_controls("\x1b]0;title\x1b\\x", line_breaks::kept) == "]0;title\\x");
    BOOST_TEST(without_controls("a\rb\x7f\x08", line_breaks::kept) == "ab");
    BOOST_TEST(without_controls(std::string("a\0b", 3), line_breaks::kept) == "ab");
}

BOOST_AUTO_TEST_CASE(the_c1_controls_are_controls_too) {
    BOOST_TEST(
        without_controls(
            "a\xC2\x9B"
            "31mb\xC2\x80",
            line_breaks::kept
        ) == "a31mb"
    );
    BOOST_TEST(without_controls("caf\xC3\xA9\xC2\xA0", line_breaks::kept) == "caf\xC3\xA9\xC2\xA0");
}

BOOST_AUTO_TEST_CASE(line_feeds_and_tabs_stay_or_become_spaces) {
    BOOST_TEST(without_controls("a\n\tb", line_breaks::kept) == "a\n\tb");
    BOOST_TEST(without_controls("a\n\tb", line_breaks::made_spaces) == "a  b");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced) {
    BOOST_TEST(
        without_controls(
            "a\x9b"
            "b",
            line_breaks::kept
        ) ==
        "a\xEF\xBF\xBD"
        "b"
    );
}

BOOST_AUTO_TEST_CASE(a_json_line_keeps_its_value_and_is_one_line) {
    BOOST_TEST(
        json_line("{\n\t\"a\":\"\xC2\x9B\x7f\xC3\xA9\"}\r") ==
        "{  \"a\":\"\\u009b\\u007f\xC3\xA9\"} "
    );
}

BOOST_AUTO_TEST_SUITE_END()
