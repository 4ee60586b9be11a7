#include "core/failure/log.hpp"

#include "tests/unit/core/failure/test_pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// A header is a promise: whoever logs does not compile Boost.Log.
#ifdef BOOST_LOG_CONFIG_HPP_INCLUDED_
#error "core/failure/log.hpp includes Boost.Log"
#endif

using boost::unit_test::timeout;
using clarion::failure::log_format;
using clarion::failure::log_message_bytes_max;
using clarion::failure::log_records_max;
using clarion::failure::log_settings;
using clarion::failure::logger;
using clarion::failure::logging;
using clarion::failure::severity;
using clarion::failure::test_pipe;

namespace {

std::int64_t fixed_clock() {
    return 1'795'230'905'123;
}
constexpr const char* time_text = "2026-11-21T03:15:05.123Z";

/// A log into a pipe, with a clock that stands still.
struct piped_log {
    explicit piped_log(log_settings with = {}) {
        with.descriptor = pipe.writing();
        log.emplace(with, fixed_clock);
    }
    /// All that was written until the end of the log.
    std::string end() {
        log.reset();
        return pipe.read_all();
    }
    void number(std::size_t from, std::size_t to) const {
        for (std::size_t i = from; i < to; ++i)
            log->root().info("record " + std::to_string(i) + " " + std::string(200, '.'));
    }

    test_pipe pipe;
    std::optional<logging> log;
};

std::string line(const std::string& rest) {
    return std::string(time_text) + " " + rest + "\n";
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1))
        ++count;
    return count;
}

constexpr const char* missing_words = " log records are missing here";

/// The sum of N over the lines "… WARN  N log records are missing here: …".
std::size_t missing_told(const std::string& text) {
    std::size_t sum = 0;
    for (auto end = text.find(missing_words); end != std::string::npos;
         end = text.find(missing_words, end + 1)) {
        const auto begin = text.rfind(' ', end - 1) + 1;
        sum += std::stoul(text.substr(begin, end - begin));
    }
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_to_stderr)

BOOST_AUTO_TEST_CASE(lines_come_in_order_with_the_context_of_their_logger, *timeout(60)) {
    piped_log out;
    const logger session = out.log->root().with_connection("c_ab12cd34").with_user("ada");
    session.info("one");
    session.with_thread("t1").with_run("r_ab12cd34").warning("two");
    out.log->root().critical("three");
    BOOST_TEST(
        out.end() == line("INFO  conn=c_ab12cd user=ada one") +
                         line("WARN  conn=c_ab12cd user=ada thread=t1 run=r_ab12cd two") +
                         line("CRITICAL three")
    );
}

BOOST_AUTO_TEST_CASE(the_json_format_is_chosen_by_the_settings, *timeout(60)) {
    piped_log out({.format = log_format::json});
    out.log->root().with_user("ada").error("broken");
    BOOST_TEST(
        out.end() == R"({"time":"2026-11-21T03:15:05.123Z","severity":"error","user_id":"ada",)"
                     R"("message":"broken"})"
                     "\n"
    );
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_written, *timeout(60)) {
    piped_log out({.level = severity::warning});
    out.log->root().debug("no");
    out.log->root().info("no");
    out.log->root().warning("yes");
    out.log->root().critical("yes, too");
    BOOST_TEST(out.end() == line("WARN  yes") + line("CRITICAL yes, too"));
}

BOOST_AUTO_TEST_CASE(equal_records_are_folded_before_the_next_different_one, *timeout(60)) {
    piped_log out;
    const logger ada = out.log->root().with_user("ada");
    for (int i = 0; i < 100; ++i)
        ada.info("again");
    ada.info("else");
    BOOST_TEST(
        out.end() == line("INFO  user=ada again") +
                         line("INFO  user=ada again (repeated 99 times)") +
                         line("INFO  user=ada else")
    );
}

BOOST_AUTO_TEST_CASE(a_fold_is_told_at_the_end_of_the_log, *timeout(60)) {
    piped_log out;
    out.log->root().info("again");
    out.log->root().info("again");
    BOOST_TEST(out.end() == line("INFO  again") + line("INFO  again (repeated 1 time)"));
}

BOOST_AUTO_TEST_CASE(a_fold_is_told_once_nothing_more_is_said, *timeout(60)) {
    piped_log out({.repeat_window_ms = 100});
    for (int i = 0; i < 3; ++i)
        out.log->root().info("again");
    const std::string text = out.pipe.read_until("times)\n");
    BOOST_TEST(text == line("INFO  again") + line("INFO  again (repeated 2 times)"));
}

BOOST_AUTO_TEST_CASE(loggers_outlive_the_log_in_silence, *timeout(60)) {
    piped_log out;
    const logger late = out.log->root();
    late.info("in time");
    out.log.reset();
    late.critical("too late");
    BOOST_TEST(out.pipe.read_some() == line("INFO  in time"));
    BOOST_TEST(out.end().empty());
}

BOOST_AUTO_TEST_CASE(two_logs_in_one_process_do_not_mix, *timeout(60)) {
    piped_log one;
    piped_log other;
    one.log->root().info("one");
    other.log->root().info("other");
    BOOST_TEST(one.end() == line("INFO  one"));
    BOOST_TEST(other.end() == line("INFO  other"));
}

BOOST_AUTO_TEST_CASE(a_long_message_is_cut_and_says_so, *timeout(60)) {
    piped_log out;
    out.log->root().info(std::string(100'000, 'x'));
    BOOST_TEST(
        out.end() == line("INFO  " + std::string(log_message_bytes_max, 'x') + "… (100000 bytes)")
    );
}

BOOST_AUTO_TEST_CASE(a_stderr_that_nobody_reads_blocks_no_caller, *timeout(60)) {
    piped_log out;
    out.pipe.fill();
    out.number(0, 8 * log_records_max);
    // Got here: a caller that waits would wait for ever. What is lost can be seen at once, though
    // the log itself cannot tell.
    BOOST_TEST(out.log->dropped() >= 6 * log_records_max);
}

BOOST_AUTO_TEST_CASE(the_end_waits_less_than_a_second_for_a_reader, *timeout(60)) {
    using clock = std::chrono::steady_clock;
    piped_log out;
    out.number(0, 2 * log_records_max);
    const auto begin = clock::now();
    out.log.reset();
    BOOST_TEST((clock::now() - begin < std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(the_end_writes_all_that_is_queued_when_somebody_reads, *timeout(60)) {
    piped_log out;
    out.number(0, 200);
    const std::string text = out.end();
    BOOST_TEST(occurrences(text, "record ") == 200U);
}

BOOST_AUTO_TEST_CASE(dropped_records_are_counted_in_one_line_in_their_place, *timeout(60)) {
    piped_log out;
    out.pipe.fill();
    const std::size_t said = 8 * log_records_max;
    out.number(0, said);
    std::string text;
    while (missing_told(text) + occurrences(text, "record ") < said)
        text += out.pipe.read_some();
    BOOST_TEST(missing_told(text) + occurrences(text, "record ") == said);
    // At most the queue, and as much again in the hands of the writer.
    BOOST_TEST(occurrences(text, "record ") <= 2 * log_records_max);
    // A second line only when the writer found the queue full already with its first batch.
    BOOST_TEST(occurrences(text, missing_words) <= 2U);
    BOOST_TEST(out.log->dropped() == missing_told(text));
    out.log->root().info("afterwards");
    text += out.pipe.read_until("afterwards\n");
    BOOST_TEST(text.ends_with(line("INFO  afterwards")));
    BOOST_TEST(missing_told(text) + occurrences(text, "record ") == said);
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_ends_neither_process_nor_log, *timeout(60)) {
    piped_log out;
    out.pipe.close_reading();
    out.log->root().info("to nobody");
    out.log.reset();
    BOOST_TEST(true);  // No SIGPIPE, no end without end.
}

BOOST_AUTO_TEST_SUITE_END()
