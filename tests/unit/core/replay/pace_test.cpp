#include "core/replay/pace.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>

namespace {

using clarion::milliseconds;
using clarion::protocol::event;
using clarion::protocol::event_type;
using clarion::replay::pace;

event at(std::int64_t timestamp_ms, event_type type = event_type::tool_completed) {
    event made;
    made.type = type;
    made.timestamp_ms = timestamp_ms;
    return made;
}

std::int64_t pause_us(double speed, const event& before, const event& next) {
    const clarion::duration pause = pace{speed}.between(before, next);
    return std::chrono::duration_cast<std::chrono::microseconds>(pause).count();
}

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_pace)

BOOST_AUTO_TEST_CASE(a_pause_is_what_it_was_divided_by_the_speed) {
    BOOST_TEST(pause_us(1, at(1000), at(3000)) == 2'000'000);
    BOOST_TEST(pause_us(4, at(1000), at(3000)) == 500'000);
    BOOST_TEST(pause_us(0.5, at(1000), at(1100)) == 200'000);
    BOOST_TEST(pause_us(1000, at(1000), at(1001)) == 1);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_makes_no_pause) {
    BOOST_TEST(pause_us(1, at(1000), at(500)) == 0);
}

BOOST_AUTO_TEST_CASE(a_thread_at_rest_waits_for_its_next_message_only_so_long) {
    const event end = at(0, event_type::agent_completed);
    BOOST_TEST(pause_us(1, end, at(day_ms, event_type::user_message)) == 3'000'000);
    BOOST_TEST(pause_us(3, end, at(day_ms, event_type::user_message)) == 1'000'000);
    BOOST_TEST(pause_us(1, end, at(2000, event_type::user_message)) == 2'000'000);
}

BOOST_AUTO_TEST_CASE(a_decision_is_waited_for_only_so_long) {
    const event asked = at(0, event_type::approval_requested);
    BOOST_TEST(pause_us(1, asked, at(day_ms, event_type::approval_resolved)) == 3'000'000);
}

BOOST_AUTO_TEST_CASE(what_an_agent_took_is_never_cut_short) {
    BOOST_TEST(pause_us(1, at(0), at(day_ms)) == day_ms * 1000);
    // A message that comes into the middle of a run.
    BOOST_TEST(pause_us(1, at(0), at(day_ms, event_type::user_message)) == day_ms * 1000);
}

BOOST_AUTO_TEST_CASE(timestamps_out_of_all_reason_still_make_a_pause) {
    const auto forever = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST((pace{pace::speed_min}.between(at(0), at(forever)) == pace::pause_max));
}

BOOST_AUTO_TEST_SUITE_END()
