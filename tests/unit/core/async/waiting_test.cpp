#include "core/async/ask.hpp"
#include "core/async/first_of.hpp"
#include "core/async/latch.hpp"
#include "core/async/mailbox.hpp"
#include "core/async/task_group.hpp"
#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace clarion;

// Runs one coroutine to its end in virtual time; throws what it throws.
void run(sim::world& world, task<> work) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(world.get_executor(), std::move(work), [&](std::exception_ptr error) {
        done = true;
        failure = std::move(error);
    });
    world.run();
    BOOST_REQUIRE(done);
    if (failure)
        std::rethrow_exception(failure);
}

task<int> value_after(int ms) {
    co_await sleep_for(milliseconds(ms));
    co_return ms;
}

task<> fail_after(int ms) {
    co_await sleep_for(milliseconds(ms));
    throw std::runtime_error("failed");
}

task<> note_cancel(bool& cancelled) {
    try {
        co_await sleep_until(time_point::never());
    } catch (const boost::system::system_error&) {
        cancelled = true;
        throw;
    }
}

task<> first_value_wins(sim::world& world) {
    const time_point begin = world.now();
    auto first = co_await first_of(value_after(30), value_after(20));
    BOOST_TEST(first.index() == 1U);
    BOOST_TEST(std::get<1>(first) == 20);
    BOOST_TEST((world.now() - begin == milliseconds(20)));
}

task<> failure_wins_too(sim::world&) {
    bool cancelled = false;
    bool thrown = false;
    try {
        co_await first_of(fail_after(5), note_cancel(cancelled));
    } catch (const std::runtime_error&) {
        thrown = true;
    }
    BOOST_TEST(thrown);
    BOOST_TEST(cancelled);
}

task<> deadline_cuts(sim::world& world) {
    BOOST_TEST(!(co_await before(world.now() + milliseconds(5), value_after(10))).has_value());
    BOOST_TEST((co_await before(world.now() + milliseconds(15), value_after(10))).has_value());
}

task<> bounded_mailbox(sim::world& world) {
    mailbox<int> box(2);
    BOOST_TEST((box.push(1) == push_result::queued));
    BOOST_TEST((box.push(2) == push_result::queued));
    BOOST_TEST((box.push(3) == push_result::full));
    BOOST_TEST((co_await box.pop()).value() == 1);
    BOOST_TEST((co_await box.pop()).value() == 2);
    // A cancelled pop loses nothing.
    BOOST_TEST(!(co_await before(world.now() + milliseconds(1), box.pop())).has_value());
    BOOST_TEST((box.push(4) == push_result::queued));
    box.close();
    BOOST_TEST((box.push(5) == push_result::closed));
    BOOST_TEST((co_await box.pop()).value() == 4);
    BOOST_TEST(!(co_await box.pop()).has_value());
}

task<> group_cancels_siblings(sim::world& world) {
    bool cancelled = false;
    bool thrown = false;
    task_group group(world.get_executor());
    group.spawn(note_cancel(cancelled));
    group.spawn(fail_after(5));
    try {
        co_await group.join();
    } catch (const std::runtime_error&) {
        thrown = true;
    }
    BOOST_TEST(thrown);
    BOOST_TEST(cancelled);
    BOOST_TEST(group.size() == 0U);
}

task<> slow_to_end(bool& ended) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(milliseconds(100));
    ended = true;
}

task<> join_with_children(executor on, bool& joined_all) {
    task_group group(on);
    bool ended = false;
    group.spawn(slow_to_end(ended));
    co_await group.join();
    joined_all = ended;
}

task<> join_survives_cancel(sim::world& world) {
    bool joined_all = false;
    task_group outer(world.get_executor());
    outer.spawn(join_with_children(world.get_executor(), joined_all));
    co_await sleep_for(milliseconds(10));
    outer.cancel();
    co_await outer.join();
    BOOST_TEST(joined_all);
}

task<> wait_at(latch& door, int& passed) {
    co_await door.wait();
    ++passed;
}

task<> latch_opens_for_all(sim::world& world) {
    latch door;
    int passed = 0;
    task_group group(world.get_executor());
    for (int count = 0; count < 3; ++count)
        group.spawn(wait_at(door, passed));
    co_await sleep_for(milliseconds(1));
    BOOST_TEST(passed == 0);
    door.open();
    co_await group.join();
    BOOST_TEST(passed == 3);
    co_await door.wait();
}

task<> timers_fire_in_order(sim::world& world) {
    std::vector<int> order;
    const auto note = [](std::vector<int>& into, int ms) -> task<> {
        co_await sleep_for(milliseconds(ms));
        into.push_back(ms);
    };
    task_group group(world.get_executor());
    for (const int ms : {30, 10, 20})
        group.spawn(note(order, ms));
    co_await group.join();
    BOOST_TEST(order == (std::vector<int>{10, 20, 30}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(every_way_to_wait_keeps_its_promise_under_any_schedule) {
    const std::vector<std::function<task<>(sim::world&)>> promises{
        first_value_wins,
        failure_wins_too,
        deadline_cuts,
        bounded_mailbox,
        group_cancels_siblings,
        join_survives_cancel,
        latch_opens_for_all,
        timers_fire_in_order,
    };
    for (std::uint64_t seed = 1; seed <= 50; ++seed)
        for (const auto& promise : promises) {
            sim::world world(seed, sim::policy::random);
            run(world, promise(world));
        }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_ids) {
    random_source first(7);
    random_source second(7);
    BOOST_TEST(first.id("r_") == second.id("r_"));
    BOOST_TEST(first.id("r_") != random_source(8).id("r_"));
    BOOST_TEST(first.id("r_").size() == 18U);
}

BOOST_AUTO_TEST_SUITE_END()
