#include "core/failure/log_entry.hpp"

#include "core/failure/legible_text.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>

using clarion::failure::append_line;
using clarion::failure::context;
using clarion::failure::cut;
using clarion::failure::log_entry;
using clarion::failure::log_format;
using clarion::failure::severity;
using clarion::failure::shortened;

namespace {

constexpr std::int64_t at_ms = 1'795'230'905'123;  // 2026-11-21T03:15:05.123Z

std::string line_of(log_entry entry, log_format as = log_format::text) {
    if (!entry.about)
        entry.about = std::make_shared<const context>();
    std::string out;
    append_line(out, entry, as);
    return out;
}

std::string text_of(severity how, std::string message) {
    return line_of({.unix_ms = at_ms, .how = how, .about = {}, .message = std::move(message)});
}

std::shared_ptr<const context> everyone() {
    return std::make_shared<const context>(
        context{"c_ab12cd34ef", "ada-lovelace", "thread-of-ada", "r_ab12cd34ef"}
    );
}

std::string every_byte() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(a_text_line_has_time_severity_context_and_message) {
    const log_entry entry{at_ms, severity::info, everyone(), "hello, world"};
    BOOST_TEST(
        line_of(entry) ==
        "2026-11-21T03:15:05.123Z INFO  conn=c_ab12cd user=ada-love "
        "thread=thread-o run=r_ab12cd hello, world\n"
    );
}

BOOST_AUTO_TEST_CASE(a_json_line_is_one_object) {
    const log_entry entry{at_ms, severity::critical, everyone(), "say \"hello\"\n"};
    BOOST_TEST(
        line_of(entry, log_format::json) ==
        R"({"time":"2026-11-21T03:15:05.123Z","severity":"critical",)"
        R"("connection_id":"c_ab12cd","user_id":"ada-love","thread_id":"thread-o",)"
        R"("run_id":"r_ab12cd","message":"say \"hello\"\n"})"
        "\n"
    );
}

BOOST_AUTO_TEST_CASE(ids_that_are_unknown_are_left_out) {
    log_entry entry{at_ms, severity::info, {}, "m"};
    entry.about = std::make_shared<const context>(context{.user_id = "ada"});
    BOOST_TEST(line_of(entry) == "2026-11-21T03:15:05.123Z INFO  user=ada m\n");
    BOOST_TEST(
        line_of(entry, log_format::json) ==
        R"({"time":"2026-11-21T03:15:05.123Z","severity":"info","user_id":"ada","message":"m"})"
        "\n"
    );
}

BOOST_AUTO_TEST_CASE(every_severity_has_its_word) {
    BOOST_TEST(text_of(severity::debug, "m") == "2026-11-21T03:15:05.123Z DEBUG m\n");
    BOOST_TEST(text_of(severity::info, "m") == "2026-11-21T03:15:05.123Z INFO  m\n");
    BOOST_TEST(text_of(severity::warning, "m") == "2026-11-21T03:15:05.123Z WARN  m\n");
    BOOST_TEST(text_of(severity::error, "m") == "2026-11-21T03:15:05.123Z ERROR m\n");
    BOOST_TEST(text_of(severity::critical, "m") == "2026-11-21T03:15:05.123Z CRITICAL m\n");
}

BOOST_AUTO_TEST_CASE(times_are_utc_with_milliseconds_and_leap_days) {
    const auto time_of = [](std::int64_t ms) {
        return line_of({ms, severity::info, {}, "m"}).substr(0, 24);
    };
    BOOST_TEST(time_of(0) == "1970-01-01T00:00:00.000Z");
    BOOST_TEST(time_of(951'825'599'999) == "2000-02-29T11:59:59.999Z");
    BOOST_TEST(time_of(-1) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(a_message_can_neither_forge_a_line_nor_steer_a_terminal) {
    BOOST_TEST(
        text_of(severity::info, "a\nb\r\tc\x1b[2J\x7f\xC2\x9B!\xC2\xA0é") ==
        "2026-11-21T03:15:05.123Z INFO  a\\nb\\r\\tc\\x1b[2J\\x7f\\x9b!\xC2\xA0é\n"
    );
}

BOOST_AUTO_TEST_CASE(an_id_cannot_forge_a_line_either) {
    log_entry entry{at_ms, severity::info, {}, "m"};
    entry.about = std::make_shared<const context>(context{.user_id = "a\nb\xFF"});
    BOOST_TEST(line_of(entry) == "2026-11-21T03:15:05.123Z INFO  user=a\\nb\xEF\xBF\xBD m\n");
    BOOST_TEST(boost::json::parse(line_of(entry, log_format::json)).is_object());
}

BOOST_AUTO_TEST_CASE(any_bytes_become_one_line_of_valid_json) {
    const log_entry entry{at_ms, severity::info, everyone(), every_byte()};
    const std::string line = line_of(entry, log_format::json);
    BOOST_TEST(std::ranges::count(line, '\n') == 1);
    const auto message = boost::json::parse(line).at("message").as_string();
    BOOST_TEST(message.find("\xEF\xBF\xBD") != boost::json::string::npos);
    BOOST_TEST(message.find("azAZ") == boost::json::string::npos);
    BOOST_TEST(message.find("abcdef") != boost::json::string::npos);
}

BOOST_AUTO_TEST_CASE(any_bytes_become_one_text_line_without_control_characters) {
    const std::string line = text_of(severity::info, every_byte());
    BOOST_TEST(line.back() == '\n');
    const auto is_control = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    };
    BOOST_TEST(std::ranges::count_if(line, is_control) == 1);
}

BOOST_AUTO_TEST_CASE(a_count_of_repetitions_stands_behind_the_message) {
    log_entry entry{at_ms, severity::warning, {}, "again", 12};
    BOOST_TEST(line_of(entry) == "2026-11-21T03:15:05.123Z WARN  again (repeated 12 times)\n");
    BOOST_TEST(line_of(entry, log_format::json)
                   .ends_with(R"("message":"again","repeated":12})"
                              "\n"));
    entry.repeated = 1;
    BOOST_TEST(line_of(entry) == "2026-11-21T03:15:05.123Z WARN  again (repeated 1 time)\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(legible_text)

BOOST_AUTO_TEST_CASE(ids_of_eight_bytes_stay_whole_and_longer_ones_are_cut) {
    BOOST_TEST(shortened("") == "");
    BOOST_TEST(shortened("12345678") == "12345678");
    BOOST_TEST(shortened("123456789") == "12345678");
}

BOOST_AUTO_TEST_CASE(cutting_never_halves_a_code_point) {
    BOOST_TEST(shortened("123456é89") == "123456é");
    BOOST_TEST(shortened("1234567é9") == "1234567");
    BOOST_TEST(shortened("12345\xF0\x9F\x98\x80") == "12345");
    BOOST_TEST(cut("éé", 3) == "é… (4 bytes)");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_still_cut_at_the_bound) {
    const std::string rubbish(20, '\x80');
    BOOST_TEST(shortened(rubbish).size() >= 5U);
    BOOST_TEST(shortened(rubbish).size() <= 8U);
}

BOOST_AUTO_TEST_CASE(what_is_cut_says_how_long_it_was) {
    BOOST_TEST(cut("1234", 4) == "1234");
    BOOST_TEST(cut("12345", 4) == "1234… (5 bytes)");
}

BOOST_AUTO_TEST_SUITE_END()
