#include "core/async/permits.hpp"

#include "core/async/sleep.hpp"
#include "core/async/task_group.hpp"
#include "core/sim/world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using clarion::milliseconds;
using clarion::permits;
using clarion::task;
using clarion::time_point;
using clarion::asio::cancellation_signal;

struct permits_fixture {
    clarion::sim::world world;
    permits two{2};
    std::string order;
    clarion::task_group group{world.get_executor()};

    ~permits_fixture() { world.run(); }
};

task<> work(permits_fixture& f, char name, int ms) {
    const permits::permit mine = co_await f.two.take();
    f.order += name;
    co_await clarion::sleep_for(milliseconds(ms));
}

void spawn(permits_fixture& f, task<> work, cancellation_signal& stop) {
    clarion::asio::co_spawn(
        f.world.get_executor(),
        std::move(work),
        clarion::asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {})
    );
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(permits_, permits_fixture)

BOOST_AUTO_TEST_CASE(they_are_handed_out_in_the_order_asked_and_never_more_than_there_are) {
    for (const char name : {'a', 'b', 'c', 'd', 'e'})
        group.spawn(work(*this, name, 10));
    world.run_for(milliseconds(9));
    BOOST_TEST(order == "ab");
    world.run_for(milliseconds(2));
    BOOST_TEST(order == "abcd");
    world.run();
    BOOST_TEST(order == "abcde");
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_in_line_holds_nothing_up) {
    cancellation_signal stop;
    group.spawn(work(*this, 'a', 10));
    group.spawn(work(*this, 'b', 20));
    world.run_for(milliseconds(1));
    spawn(*this, work(*this, 'c', 10), stop);
    world.run_for(milliseconds(1));
    group.spawn(work(*this, 'd', 10));
    world.run_for(milliseconds(1));
    stop.emit(clarion::asio::cancellation_type::terminal);
    world.run();
    BOOST_TEST(order == "abd");
}

// The turn came, and the cancel before its owner heard of it.
BOOST_AUTO_TEST_CASE(a_turn_that_came_too_late_goes_to_the_next) {
    cancellation_signal stop;
    group.spawn(work(*this, 'a', 10));
    group.spawn(work(*this, 'b', 10));
    world.run_for(milliseconds(1));
    spawn(*this, work(*this, 'c', 10), stop);
    world.run_for(milliseconds(1));
    group.spawn(work(*this, 'd', 10));
    const time_point end = world.now() + milliseconds(8);
    world.run([&] { return world.now() >= end && group.size() == 2; });
    stop.emit(clarion::asio::cancellation_type::terminal);
    world.run();
    BOOST_TEST(order.ends_with('d'));
    group.spawn(work(*this, 'e', 10));
    group.spawn(work(*this, 'f', 10));
    world.run();
    BOOST_TEST(order.ends_with("ef"));
}

BOOST_AUTO_TEST_SUITE_END()
