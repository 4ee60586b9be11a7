#include "core/async/live_tasks.hpp"

#include "core/async/sleep.hpp"
#include "core/async/source_place.hpp"
#include "core/async/task_group.hpp"
#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using namespace clarion;

task<> sleep_ms(int ms) {
    co_await sleep_for(milliseconds(ms));
}

task<> fail_at_once() {
    throw std::runtime_error("failed");
    co_return;
}

// Runs a coroutine to its end in virtual time.
void run(sim::world& world, task<> work) {
    asio::co_spawn(world.get_executor(), std::move(work), [](const std::exception_ptr&) {});
    world.run();
}

std::string file_of(const std::string& place) {
    return place.substr(0, place.find(':'));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(live_tasks_of_a_shard)

BOOST_AUTO_TEST_CASE(a_group_shows_who_is_alive_since_when_and_spawned_where) {
    sim::world world;
    task_group group(world.get_executor());
    group.spawn(sleep_ms(10));
    world.run_for(milliseconds(5));
    group.spawn(sleep_ms(100));
    world.run_for(milliseconds(7));

    const live_tree tree = world.tasks().tree({});
    BOOST_TEST_REQUIRE(tree.groups.size() == 1U);
    const live_group& shown = tree.groups.front();
    BOOST_TEST(file_of(place_of(shown.made_at)) == "tests/unit/core/async/live_tasks_test.cpp");
    BOOST_TEST(shown.tasks_count == 1U);  // the first has ended
    BOOST_TEST_REQUIRE(shown.tasks.size() == 1U);
    BOOST_TEST((world.now() - shown.tasks.front().since == milliseconds(7)));
    BOOST_TEST(
        file_of(place_of(shown.tasks.front().spawned_at)) ==
        "tests/unit/core/async/live_tasks_test.cpp"
    );
    run(world, group.join());
    BOOST_TEST(world.tasks().tree({}).groups_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_tree_is_bounded_and_its_counts_are_whole) {
    sim::world world;
    task_group first(world.get_executor());
    task_group second(world.get_executor());
    for (int count = 0; count < 5; ++count)
        first.spawn(sleep_ms(10));
    second.spawn(sleep_ms(10));
    const live_tree tree = world.tasks().tree({.groups_max = 1, .tasks_per_group_max = 2});
    BOOST_TEST(tree.groups_count == 2U);
    BOOST_TEST_REQUIRE(tree.groups.size() == 1U);
    BOOST_TEST(tree.groups.front().tasks_count == 5U);
    BOOST_TEST(tree.groups.front().tasks.size() == 2U);
    world.run();
}

BOOST_AUTO_TEST_CASE(the_ring_tells_what_became_of_each) {
    sim::world world;
    task_group group(world.get_executor());
    group.spawn(sleep_ms(3));
    world.run();
    group.spawn(fail_at_once());
    world.run();
    const auto entries = world.tasks().ring().entries();
    BOOST_TEST_REQUIRE(entries.size() == 4U);
    BOOST_TEST((entries[0].what == task_fate::spawned));
    BOOST_TEST((entries[1].what == task_fate::ended));
    BOOST_TEST((entries[1].at - entries[0].at == milliseconds(3)));
    BOOST_TEST(place_of(entries[0].spawned_at) == place_of(entries[1].spawned_at));
    BOOST_TEST((entries[2].what == task_fate::spawned));
    BOOST_TEST((entries[3].what == task_fate::failed));
    run(world, group.join());
}

BOOST_AUTO_TEST_CASE(the_ring_forgets_the_oldest_first) {
    task_ring ring;
    for (std::size_t index = 0; index < task_ring::entries_max + 3; ++index)
        ring.note({time_point(duration(index)), std::source_location::current(), {}});
    const auto entries = ring.entries();
    BOOST_TEST(ring.noted() == task_ring::entries_max + 3);
    BOOST_TEST_REQUIRE(entries.size() == task_ring::entries_max);
    BOOST_TEST((entries.front().at == time_point(duration(3))));
    BOOST_TEST((entries.back().at == time_point(duration(task_ring::entries_max + 2))));
}

BOOST_AUTO_TEST_CASE(a_place_is_a_path_from_the_projects_root_and_a_function_without_types) {
    const auto here = std::source_location::current();
    BOOST_TEST(
        place_of(here) == "tests/unit/core/async/live_tasks_test.cpp:" + std::to_string(here.line())
    );
    BOOST_TEST(function_of(here).find('(') == std::string::npos);
    BOOST_TEST(function_of(here).find(' ') == std::string::npos);
    BOOST_TEST(!function_of(here).empty());
}

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
