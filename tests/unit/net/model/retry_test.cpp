#include "net/model/retry.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace clarion;
using namespace clarion::model;
using std::chrono::seconds;

// Wed, 21 Oct 2026 07:28:00 GMT
constexpr std::int64_t now_ms = 1'792'567'680'000;

std::optional<duration> read(const std::string& name, const std::string& value) {
    http::header_fields headers;
    headers.add(name, value);
    return retry_after(headers, now_ms);
}

BOOST_AUTO_TEST_SUITE(model_retry)

BOOST_AUTO_TEST_CASE(retry_after_is_read_in_its_four_forms) {
    BOOST_TEST((read("retry-after-ms", "1500") == milliseconds(1500)));
    BOOST_TEST((read("Retry-After", "3") == seconds(3)));
    BOOST_TEST((read("retry-after", "1.25") == milliseconds(1250)));
    BOOST_TEST((read("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT") == seconds(30)));
}

BOOST_AUTO_TEST_CASE(milliseconds_come_before_seconds) {
    http::header_fields headers;
    headers.add("Retry-After", "10");
    headers.add("Retry-After-Ms", "250");
    BOOST_TEST((retry_after(headers, now_ms) == milliseconds(250)));
}

BOOST_AUTO_TEST_CASE(a_date_in_the_past_is_no_wait) {
    BOOST_TEST((read("Retry-After", "Wed, 21 Oct 2026 07:00:00 GMT") == seconds(0)));
}

BOOST_AUTO_TEST_CASE(what_is_none_of_them_is_nothing) {
    for (const char* value :
         {"",
          "soon",
          "-1",
          "nan",
          "inf",
          "0x10",
          "1e",
          "3 s",
          "Wed, 21 Oct 2026 07:28:30 CET",
          "Wed, 31 Feb 2026 07:28:30 GMT",
          "Wed, 21 Okt 2026 07:28:30 GMT",
          "Wed, 21 Oct 2026 24:28:30 GMT"})
        BOOST_TEST(!read("Retry-After", value), value);
    BOOST_TEST(!retry_after(http::header_fields(), now_ms));
}

BOOST_AUTO_TEST_CASE(a_number_beyond_all_measure_stays_a_duration) {
    BOOST_TEST((*read("Retry-After", "99999999999999999999") >= std::chrono::hours(24)));
}

BOOST_AUTO_TEST_CASE(pauses_are_anything_up_to_a_bound_that_doubles) {
    const retry_rules rules{.attempts_max = 10};
    random_source random(7);
    const chat_failure failure{failure_kind::refused, "503"};
    constexpr int draws = 200;
    duration bound = rules.first_pause_max;
    for (std::size_t made = 1; made < rules.attempts_max; ++made) {
        duration longest{0};
        duration shortest = bound;
        for (int draw = 0; draw < draws; ++draw) {
            const auto pause = pause_before_retry(rules, failure, made, random);
            BOOST_REQUIRE(pause);
            longest = std::max(longest, *pause);
            shortest = std::min(shortest, *pause);
        }
        BOOST_TEST((longest <= bound && longest > bound * 9 / 10));
        BOOST_TEST((shortest < bound / 10));
        bound = std::min(bound * 2, rules.pause_max);
    }
}

BOOST_AUTO_TEST_CASE(the_servers_wish_is_the_least) {
    random_source random(7);
    const chat_failure failure{failure_kind::limited, "429", seconds(5)};
    const auto pause = pause_before_retry({}, failure, 1, random);
    BOOST_REQUIRE(pause);
    BOOST_TEST((*pause >= seconds(5) && *pause <= milliseconds(5500)));
}

BOOST_AUTO_TEST_CASE(a_wish_that_is_too_long_is_left_to_the_next_model) {
    random_source random(7);
    const chat_failure failure{failure_kind::limited, "429", seconds(61)};
    BOOST_TEST(!pause_before_retry({}, failure, 1, random));
}

BOOST_AUTO_TEST_CASE(attempts_are_bounded) {
    random_source random(7);
    const chat_failure failure{failure_kind::unreachable, "no"};
    BOOST_TEST(pause_before_retry({}, failure, 3, random).has_value());
    BOOST_TEST(!pause_before_retry({}, failure, 4, random));
}

BOOST_AUTO_TEST_CASE(only_what_may_pass_is_tried_again) {
    using enum failure_kind;
    random_source random(7);
    for (const failure_kind what : {unreachable, cut_off, refused, limited})
        BOOST_TEST(pause_before_retry({}, {what, ""}, 1, random).has_value());
    for (const failure_kind what :
         {rejected,
          prompt_too_long,
          answer_too_large,
          malformed,
          first_token_late,
          went_silent,
          took_too_long,
          resting})
        BOOST_TEST(!pause_before_retry({}, {what, ""}, 1, random));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
