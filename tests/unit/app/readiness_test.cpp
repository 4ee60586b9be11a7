#include "app/readiness.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace clarion::app;
using reasons = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(readiness_reasons)

BOOST_AUTO_TEST_CASE(it_is_ready_when_every_reason_is_cleared) {
    readiness ready;
    BOOST_TEST(ready.reasons().empty());
    ready.set(unready::starting);
    ready.set(unready::storage, "no space");
    BOOST_TEST(ready.reasons() == (reasons{"starting", "storage: no space"}));
    ready.clear(unready::starting);
    BOOST_TEST(ready.reasons() == reasons{"storage: no space"});
    ready.clear(unready::storage);
    ready.clear(unready::storage);
    BOOST_TEST(ready.reasons().empty());
}

BOOST_AUTO_TEST_CASE(a_reason_is_there_once_with_the_last_that_was_said_of_it) {
    readiness ready;
    ready.set(unready::canary, "the run: one");
    ready.set(unready::draining);
    ready.set(unready::canary, "the run: another");
    BOOST_TEST(ready.reasons() == (reasons{"canary: the run: another", "draining"}));
}

BOOST_AUTO_TEST_SUITE_END()
