#include "core/session/ack_watch.hpp"

#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace clarion;
using session::ack_watch;
using std::chrono::seconds;

struct fixture {
    void write(std::int64_t seq) { watch.written("t1", seq, world.now()); }

    sim::world world;
    metrics::counters& counted = metrics::counters_of(world.get_executor());
    ack_watch watch{world.get_executor()};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acknowledgements, fixture)

BOOST_AUTO_TEST_CASE(nothing_is_expected_of_a_client_that_never_acknowledged) {
    write(1);
    world.run();
    watch.acknowledged("t2", 1);
    write(2);
    world.run();
    BOOST_TEST(counted.events_unacknowledged == 0U);
    BOOST_TEST(counted.write_to_ack_us.count() == 0U);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_is_cumulative) {
    watch.acknowledged("t1", 0);
    for (std::int64_t seq = 1; seq <= 5; ++seq)
        write(seq);
    world.run_for(seconds(1));
    watch.acknowledged("t1", 4);
    BOOST_TEST(counted.write_to_ack_us.count() == 4U);
    BOOST_TEST(counted.write_to_ack_us.sum() == 4'000'000);
    world.run();
    BOOST_TEST(counted.events_unacknowledged == 1U);
}

BOOST_AUTO_TEST_CASE(each_overdue_event_counts_once_and_its_late_ack_is_measured) {
    watch.acknowledged("t1", 0);
    write(1);
    world.run_for(seconds(3));
    write(2);
    world.run_for(seconds(2));
    BOOST_TEST(counted.events_unacknowledged == 1U);
    world.run_for(seconds(3));
    BOOST_TEST(counted.events_unacknowledged == 2U);
    write(3);
    watch.acknowledged("t1", 2);
    BOOST_TEST(counted.write_to_ack_us.count() == 2U);
    BOOST_TEST(counted.write_to_ack_us.sum() == 13'000'000);  // 8 s and 5 s
    world.run();
    BOOST_TEST(counted.events_unacknowledged == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_waited_for_is_bounded) {
    watch.acknowledged("t1", 0);
    for (std::int64_t seq = 1; seq <= 3000; ++seq)
        write(seq);
    for (std::size_t thread = 0; thread < 2 * ack_watch::threads_max; ++thread)
        watch.acknowledged("other_" + std::to_string(thread), 1);
    watch.written("other_1500", 1, world.now());  // beyond the bound
    world.run();
    BOOST_TEST(counted.events_unacknowledged == ack_watch::events_per_thread_max);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_not_missed) {
    watch.acknowledged("t1", 0);
    write(1);
    watch.forget("t1");
    world.run();
    BOOST_TEST(counted.events_unacknowledged == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
