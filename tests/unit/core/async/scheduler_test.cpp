#include "core/async/scheduler.hpp"

#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

using namespace clarion;

BOOST_AUTO_TEST_SUITE(scheduler_of_a_shard)

BOOST_AUTO_TEST_CASE(what_a_shard_owns_is_one_for_each_shard) {
    struct tally {
        int count = 0;
    };
    struct other {
        int count = 0;
    };
    sim::world one;
    sim::world two;
    one.own<tally>().count = 7;
    one.own<other>().count = 3;
    BOOST_TEST(one.own<tally>().count == 7);
    BOOST_TEST(one.own<other>().count == 3);
    BOOST_TEST(two.own<tally>().count == 0);
}

BOOST_AUTO_TEST_SUITE_END()
