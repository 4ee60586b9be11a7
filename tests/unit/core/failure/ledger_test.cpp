#include "core/failure/ledger.hpp"

#include "tests/unit/core/failure/captured_log.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using clarion::failure::captured_log;
using clarion::failure::code;
using clarion::failure::concern;
using clarion::failure::context;
using clarion::failure::detail_bytes_max;
using clarion::failure::ledger;
using clarion::failure::ledger_snapshot;
using clarion::failure::logger;
using clarion::failure::record;
using clarion::failure::records_max;
using clarion::failure::severity;
using clarion::failure::stack_frames_max;
using clarion::failure::to_json;
using clarion::failure::traits_of;
using clarion::protocol::event_level;

namespace {

/// A ledger with a clock in the test's hand and a log that can be looked at.
struct observed_ledger {
    std::int64_t now_ms = 1000;
    std::shared_ptr<captured_log> log = std::make_shared<captured_log>();
    ledger failures{logger(log), [this] {
                        return now_ms;
                    }};
};

const context somebody{"c_ab12cd34ef", "ada-lovelace", "thread-of-ada", "r_ab12cd34ef"};

}  // namespace

BOOST_AUTO_TEST_SUITE(failure_ledger)

BOOST_AUTO_TEST_CASE(a_new_ledger_is_empty) {
    const observed_ledger of;
    BOOST_TEST(of.failures.snapshot().tallies.empty());
    BOOST_TEST(of.failures.snapshot().records.empty());
    BOOST_TEST(to_json(of.failures.snapshot()) == R"({"codes":{},"records":[]})");
}

BOOST_AUTO_TEST_CASE(a_report_becomes_a_whole_record) {
    observed_ledger of;
    of.failures.report(
        code::tool_timeout,
        {.about = somebody, .seq = 42, .level = {}, .stack = {"call at a.cpp:1", "run at b.cpp:2"}},
        "calculator took 2000 ms"
    );
    const auto shown = of.failures.snapshot();
    BOOST_TEST_REQUIRE(shown.records.size() == 1U);
    const record& kept = shown.records[0];
    BOOST_TEST(kept.ts == 1000);
    BOOST_TEST((kept.what == code::tool_timeout));
    BOOST_TEST((kept.how == severity::warning));
    BOOST_TEST(kept.connection_id == "c_ab12cd34ef");
    BOOST_TEST(kept.user_id == "ada-love");
    BOOST_TEST(kept.thread_id == "thread-of-ada");
    BOOST_TEST(kept.run_id == "r_ab12cd34ef");
    BOOST_TEST(kept.seq == 42);
    BOOST_TEST(kept.detail == "calculator took 2000 ms");
    BOOST_TEST_REQUIRE(kept.stack.size() == 2U);
    BOOST_TEST(kept.stack[0] == "call at a.cpp:1");
}

BOOST_AUTO_TEST_CASE(codes_are_counted_with_their_first_and_last_time) {
    observed_ledger of;
    of.failures.report(code::slow_consumer, {}, "");
    of.now_ms = 3000;
    of.failures.report(code::tool_failed, {}, "");
    of.failures.report(code::slow_consumer, {}, "");
    of.now_ms = 2000;  // The wall clock was set back.
    of.failures.report(code::slow_consumer, {}, "");
    const auto shown = of.failures.snapshot();
    BOOST_TEST_REQUIRE(shown.tallies.size() == 2U);
    BOOST_TEST((shown.tallies[0].what == code::slow_consumer));
    BOOST_TEST(shown.tallies[0].count == 3U);
    BOOST_TEST(shown.tallies[0].first == 1000);
    BOOST_TEST(shown.tallies[0].last == 3000);
    BOOST_TEST((shown.tallies[1].what == code::tool_failed));
    BOOST_TEST(shown.tallies[1].first == 3000);
    BOOST_TEST(of.failures.count(code::slow_consumer) == 3U);
    BOOST_TEST(of.failures.count(code::leak_blocked) == 0U);
}

BOOST_AUTO_TEST_CASE(a_mission_critical_event_makes_any_failure_critical) {
    observed_ledger of;
    of.failures.report(code::tool_failed, {.level = event_level::mission_critical}, "");
    of.failures.report(code::tool_failed, {.level = event_level::business}, "");
    of.failures.report(code::tool_failed, {.level = event_level::operational}, "");
    of.failures.report(code::tool_failed, {}, "");
    of.failures.report(code::leak_blocked, {.level = event_level::operational}, "");
    const auto kept = of.failures.snapshot().records;
    const auto lines = of.log->lines();
    const severity expected[] = {
        severity::critical,
        severity::warning,
        severity::warning,
        severity::warning,
        severity::critical
    };
    BOOST_TEST_REQUIRE(kept.size() == std::size(expected));
    BOOST_TEST_REQUIRE(lines.size() == std::size(expected));
    for (std::size_t index = 0; index < std::size(expected); ++index) {
        BOOST_TEST((kept[index].how == expected[index]));
        BOOST_TEST((lines[index].how == expected[index]));
    }
}

BOOST_AUTO_TEST_CASE(each_report_is_one_log_line_with_context_impact_and_remedy) {
    observed_ledger of;
    of.failures.report(code::slow_consumer, {.about = somebody, .seq = 7}, "1 MiB waits");
    const auto lines = of.log->lines();
    BOOST_TEST_REQUIRE(lines.size() == 1U);
    BOOST_TEST((lines[0].about == somebody));
    const auto& row = traits_of(code::slow_consumer);
    BOOST_TEST(
        lines[0].message == "slow_consumer at seq 7: 1 MiB waits | impact: " +
                                std::string(row.impact) + " | remedy: " + std::string(row.remedy)
    );
}

BOOST_AUTO_TEST_CASE(the_last_hundred_records_are_kept_oldest_first) {
    observed_ledger of;
    for (int number = 0; number < 250; ++number)
        of.failures.report(code::straggler, {.seq = number}, std::to_string(number));
    const auto shown = of.failures.snapshot();
    BOOST_TEST(records_max == 100U);
    BOOST_TEST_REQUIRE(shown.records.size() == 100U);
    for (std::size_t index = 0; index < 100; ++index) {
        BOOST_TEST(shown.records[index].seq == static_cast<std::int64_t>(150 + index));
        BOOST_TEST(shown.records[index].detail == std::to_string(150 + index));
    }
    BOOST_TEST_REQUIRE(shown.tallies.size() == 1U);
    BOOST_TEST(shown.tallies[0].count == 250U);
}

BOOST_AUTO_TEST_CASE(whatever_is_reported_a_record_stays_small) {
    observed_ledger of;
    const std::string huge(1'000'000, 'x');
    of.failures.report(
        code::invalid_event,
        {.about = {huge, huge, huge, huge},
         .stack = std::vector<std::string>(1000, std::string(10'000, 's'))},
        huge
    );
    const auto shown = of.failures.snapshot();
    BOOST_TEST_REQUIRE(shown.records.size() == 1U);
    const record& kept = shown.records[0];
    BOOST_TEST(kept.detail.size() < detail_bytes_max + 32);
    BOOST_TEST(kept.connection_id.size() < 160U);
    BOOST_TEST(kept.user_id.size() == 8U);
    BOOST_TEST(kept.thread_id.size() < 160U);
    BOOST_TEST(kept.run_id.size() < 160U);
    BOOST_TEST_REQUIRE(kept.stack.size() == stack_frames_max);
    BOOST_TEST(kept.stack[0].size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(failures_as_json)

BOOST_AUTO_TEST_CASE(a_record_has_every_field_of_the_protocol) {
    observed_ledger of;
    of.failures.report(
        code::leak_blocked,
        {.about = somebody, .seq = 42, .stack = {"a", "b"}},
        "owner \"bob\""
    );
    const auto& row = traits_of(code::leak_blocked);
    BOOST_TEST(
        to_json(of.failures.snapshot()) ==
        R"({"codes":{"leak_blocked":{"count":1,"first":1000,"last":1000}},"records":[)"
        R"({"ts":1000,"code":"leak_blocked","severity":"critical","class":"security","impact":")" +
            std::string(row.impact) + R"(","remedy":")" + std::string(row.remedy) +
            R"(","connection_id":"c_ab12cd34ef","user_id":"ada-love",)"
            R"("thread_id":"thread-of-ada","run_id":"r_ab12cd34ef","seq":42,)"
            R"("detail":"owner \"bob\"","stack":["a","b"]}]})"
    );
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_empty_but_there) {
    observed_ledger of;
    of.failures.report(code::listener_accept_failed, {}, "");
    of.failures.report(code::log_dropped, {}, "");
    const auto shown = boost::json::parse(to_json(of.failures.snapshot()));
    BOOST_TEST(shown.at("codes").as_object().size() == 2U);
    BOOST_TEST_REQUIRE(shown.at("records").as_array().size() == 2U);
    const auto& kept = shown.at("records").at(1);
    BOOST_TEST(kept.at("code").as_string() == "log_dropped");
    for (const char* field : {"connection_id", "user_id", "thread_id", "run_id", "detail"})
        BOOST_TEST(kept.at(field).as_string().empty());
    BOOST_TEST(kept.at("seq").as_int64() == 0);
    // The place that reports is always known, from its layer on; a test mirrors the layers.
    BOOST_TEST_REQUIRE(kept.at("stack").as_array().size() == 1U);
    const std::string_view place = kept.at("stack").at(0).as_string();
    BOOST_TEST(place.find("core/failure/ledger_test.cpp:") != std::string_view::npos, place);
}

BOOST_AUTO_TEST_CASE(a_tally_tells_severities_as_raised) {
    observed_ledger of;
    of.failures.report(code::tool_failed, {.level = event_level::mission_critical}, "");
    of.failures.report(code::tool_failed, {}, "");
    of.failures.report(code::tool_failed, {}, "");
    const auto counted = of.failures.snapshot().tallies.front();
    BOOST_TEST(counted.by_severity[static_cast<std::size_t>(severity::warning)] == 2U);
    BOOST_TEST(counted.by_severity[static_cast<std::size_t>(severity::critical)] == 1U);
    BOOST_TEST(counted.by_severity[static_cast<std::size_t>(severity::error)] == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_still_make_valid_json) {
    observed_ledger of;
    const std::string rubbish = "\xFF\n\"\xC3";
    of.failures.report(
        code::internal_run,
        {.about = {rubbish, rubbish, rubbish, rubbish}, .stack = {rubbish}},
        rubbish
    );
    const auto shown = boost::json::parse(to_json(of.failures.snapshot()));
    const std::string readable = "\xEF\xBF\xBD\n\"\xEF\xBF\xBD";
    const auto& kept = shown.at("records").at(0);
    for (const char* field : {"connection_id", "user_id", "thread_id", "run_id", "detail"})
        BOOST_TEST(kept.at(field).as_string() == readable);
    BOOST_TEST(kept.at("stack").at(0).as_string() == readable);
}

BOOST_AUTO_TEST_SUITE_END()
