#include "net/model/breaker.hpp"

#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace {

using namespace clarion;
using namespace clarion::model;
using std::chrono::seconds;

constexpr time_point start{seconds(100)};

// A breaker that has just opened.
struct opened {
    opened() {
        for (std::size_t failure = 0; failure < 5; ++failure) {
            BOOST_REQUIRE(tested.admit(start));
            tested.failed(start);
        }
    }
    breaker tested;
};

BOOST_AUTO_TEST_SUITE(model_breaker)

BOOST_AUTO_TEST_CASE(five_failures_in_a_row_open_it) {
    opened by;
    BOOST_TEST(!by.tested.admit(start));
    BOOST_TEST((by.tested.rests_for(start) == seconds(10)));
    BOOST_TEST(!by.tested.admit(start + milliseconds(9999)));
}

BOOST_AUTO_TEST_CASE(a_success_between_them_begins_the_count_anew) {
    breaker tested;
    for (int round = 0; round < 3; ++round) {
        for (int failure = 0; failure < 4; ++failure)
            tested.failed(start);
        BOOST_TEST(tested.admit(start));
        tested.succeeded();
    }
}

BOOST_AUTO_TEST_CASE(after_its_rest_one_may_try) {
    opened by;
    BOOST_TEST(!by.tested.rests_for(start + seconds(10)));
    BOOST_TEST(by.tested.admit(start + seconds(10)));
    BOOST_TEST(!by.tested.admit(start + seconds(11)));
    by.tested.succeeded();
    BOOST_TEST(by.tested.admit(start + seconds(11)));
    BOOST_TEST(by.tested.admit(start + seconds(11)));
}

BOOST_AUTO_TEST_CASE(each_failed_try_doubles_the_rest_up_to_a_bound) {
    opened by;
    time_point now = start;
    for (const int rest : {10, 20, 40, 80, 120, 120}) {
        BOOST_REQUIRE(by.tested.rests_for(now));
        BOOST_TEST((*by.tested.rests_for(now) == seconds(rest)));
        now = now + seconds(rest);
        BOOST_REQUIRE(by.tested.admit(now));
        by.tested.failed(now);
    }
}

BOOST_AUTO_TEST_CASE(failures_of_those_still_under_way_do_not_prolong_it) {
    opened by;
    by.tested.failed(start + seconds(9));
    BOOST_TEST(by.tested.admit(start + seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_try_that_nobody_waits_for_leaves_the_next_one_in) {
    sim::world world;
    breaker tested({.failures_max = 1});
    tested.failed(world.now());
    world.run_for(seconds(10));
    BOOST_REQUIRE(tested.admit(world.now()));
    {
        const admission left(tested, world);
    }
    BOOST_TEST(tested.admit(world.now()));
}

BOOST_AUTO_TEST_CASE(an_admission_is_settled_once) {
    sim::world world;
    breaker tested({.failures_max = 2});
    {
        admission one(tested, world);
        one.succeeded();
        one.failed();
        one.failed();
    }
    BOOST_TEST(tested.admit(world.now()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
