#include "core/sim/choices.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace {

using namespace clarion::sim;

choice_settings settings(policy order, std::uint64_t seed) {
    choice_settings made;
    made.seed = seed;
    made.order = order;
    return made;
}

std::vector<std::size_t> draw(choices& from, std::size_t count) {
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < count; ++i)
        drawn.push_back(from.choose(choice::delay, 4));
    return drawn;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(choices_of_a_run)

BOOST_AUTO_TEST_CASE(fifo_deviates_from_nothing) {
    choices fifo(settings(policy::fifo, 7));
    for (const std::size_t drawn : draw(fifo, 100))
        BOOST_TEST(drawn == 0U);
    BOOST_TEST(fifo.choose_turn({5, 6, 7}) == 0U);
    BOOST_TEST(fifo.deviations().empty());
    BOOST_TEST(fifo.count(choice::delay) == 100U);
}

BOOST_AUTO_TEST_CASE(a_seed_decides_everything_and_another_decides_otherwise) {
    choices first(settings(policy::random, 7));
    choices same(settings(policy::random, 7));
    choices other(settings(policy::random, 8));
    const auto drawn = draw(first, 50);
    BOOST_TEST(drawn == draw(same, 50));
    BOOST_TEST(drawn != draw(other, 50));
    BOOST_TEST(first.hash() == same.hash());
    BOOST_TEST(first.hash() != other.hash());
}

BOOST_AUTO_TEST_CASE(what_deviated_is_enough_to_do_it_again) {
    choices drawn_by_seed(settings(policy::random, 11));
    const auto drawn = draw(drawn_by_seed, 40);
    (void)drawn_by_seed.choose_turn({1, 2, 3});
    choice_settings again = settings(policy::random, 11);
    again.only = drawn_by_seed.deviations();
    choices repeated(again);
    BOOST_TEST(draw(repeated, 40) == drawn);
    (void)repeated.choose_turn({1, 2, 3});
    BOOST_TEST(repeated.hash() == drawn_by_seed.hash());
    BOOST_TEST((repeated.deviations() == drawn_by_seed.deviations()));
}

BOOST_AUTO_TEST_CASE(a_deviation_that_there_is_no_room_for_becomes_the_nearest) {
    choice_settings given;
    given.only = std::vector<deviation>{{choice::turn, 1, 9}, {choice::bytes, 0, 2}};
    choices planned(given);
    BOOST_TEST(planned.choose_turn({1, 2, 3}) == 0U);
    BOOST_TEST(planned.choose_turn({1, 2, 3}) == 2U);
    BOOST_TEST(planned.choose(choice::bytes, 5) == 2U);
}

BOOST_AUTO_TEST_CASE(one_in_so_many_is_meant_so_and_none_is_never) {
    choices any(settings(policy::random, 3));
    std::size_t taken = 0;
    for (int i = 0; i < 4000; ++i)
        taken += any.choose(choice::fault, 2, 10);
    // One in ten is asked, half of those say yes.
    BOOST_TEST(taken > 120U);
    BOOST_TEST(taken < 280U);
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(any.choose(choice::fault, 2, 0) == 0U);
}

BOOST_AUTO_TEST_CASE(pct_keeps_to_one_chain_until_a_change_point) {
    choice_settings how = settings(policy::pct, 5);
    how.depth = 2;
    how.steps_expected = 20;
    choices by_priority(how);
    std::set<std::size_t> picked;
    std::size_t changes = 0;
    std::size_t last = by_priority.choose_turn({0, 1, 2});
    for (int step = 1; step < 20; ++step) {
        const std::size_t now = by_priority.choose_turn({0, 1, 2});
        changes += now == last ? 0 : 1;
        last = now;
    }
    BOOST_TEST(changes <= 1U);
    for (std::uint64_t seed = 2; seed < 60; seed += 2) {
        how.seed = seed;
        choices each(how);
        picked.insert(each.choose_turn({0, 1, 2}));
    }
    BOOST_TEST(picked.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
