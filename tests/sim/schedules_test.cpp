// The short form: every scenario under some thousand schedules, FIFO first, each seed twice.
// `tools/dev soak` is the long one.
#include "core/sim/recorded_play.hpp"
#include "tests/support/effort.hpp"
#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace clarion;

// 13 scenarios, 20,800 schedules.
constexpr std::uint64_t schedules = support::share_of(1600);

void hold(const std::string& name) {
    const sim::scenario* const which = scenarios::find(name);
    BOOST_REQUIRE(which != nullptr);
    sim::exploration how;
    how.runs = schedules;
    const sim::explored sums = sim::explore(*which, how);
    if (sums.found)
        BOOST_ERROR(sim::report(*which, *sums.found));
    BOOST_TEST_MESSAGE(
        name << ": " << sums.runs << " schedules, " << sums.distinct << " of them different, "
             << sums.steps / sums.runs << " steps each"
    );
}

void is_clean_to_the_lints(const sim::scenario& which) {
    const sim::recorded made = sim::recorded_play(which, sim::settings_of(0, 1));
    for (const trace::finding& each : made.lints)
        BOOST_ERROR(
            which.name << ": lint " << trace::to_string(each.broken) << " at " << each.place << ": "
                       << each.text
        );
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_schedules)

BOOST_AUTO_TEST_CASE(handshake) {
    hold("handshake");
}
BOOST_AUTO_TEST_CASE(registration) {
    hold("registration");
}
BOOST_AUTO_TEST_CASE(hello) {
    hold("hello");
}
BOOST_AUTO_TEST_CASE(token_expiry) {
    hold("token-expiry");
}
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(thread_schedules)

BOOST_AUTO_TEST_CASE(replay) {
    hold("replay");
}
BOOST_AUTO_TEST_CASE(two_tabs) {
    hold("two-tabs");
}
BOOST_AUTO_TEST_CASE(cancel) {
    hold("cancel");
}
BOOST_AUTO_TEST_CASE(interrupt) {
    hold("interrupt");
}
BOOST_AUTO_TEST_CASE(disconnect) {
    hold("disconnect");
}
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(trouble_schedules)

BOOST_AUTO_TEST_CASE(slow_reader) {
    hold("slow-reader");
}
BOOST_AUTO_TEST_CASE(drain) {
    hold("drain");
}
BOOST_AUTO_TEST_CASE(storage) {
    hold("storage");
}
BOOST_AUTO_TEST_CASE(tools) {
    hold("tools");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recorded_scenarios)

BOOST_AUTO_TEST_CASE(the_lints_find_nothing_in_any_scenario) {
    for (const sim::scenario& each : scenarios::all())
        is_clean_to_the_lints(each);
}

BOOST_AUTO_TEST_SUITE_END()
