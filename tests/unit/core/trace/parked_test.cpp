#include "core/async/answer.hpp"
#include "core/async/first_of.hpp"
#include "core/async/latch.hpp"
#include "core/async/mailbox.hpp"
#include "core/async/permits.hpp"
#include "core/async/shard.hpp"
#include "core/async/side_thread.hpp"
#include "core/async/sleep.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <utility>

// One coroutine parked at each kind of await is found, by its line.
namespace {

using namespace clarion;
using support::leaf_of;
using support::named;
using support::traced_world;

std::string here(unsigned line) {
    return "tests/unit/core/trace/parked_test.cpp:" + std::to_string(line);
}

// Of the coroutine `name`: waits there, and what is at its end is parked on `operation`.
void expect_parked(std::string_view name, unsigned line, std::string_view operation) {
    const trace::live_tree tree = trace::take_tree();
    const trace::tree_frame& root = named(tree, name);
    BOOST_TEST(tree.words[root.place] == here(line));
    const trace::tree_frame& leaf = leaf_of(tree, root);
    BOOST_TEST((leaf.state == trace::frame_state::awaits_operation));
    BOOST_TEST(tree.words[leaf.operation] == operation);
}

unsigned line = 0;

task<> at_timer() {
    line = __LINE__ + 1;
    co_await sleep_for(std::chrono::hours(1));
}

task<> at_mailbox(mailbox<int>& from) {
    line = __LINE__ + 1;
    (void)co_await from.pop();
}

task<> at_wakeup(wakeup& by) {
    line = __LINE__ + 1;
    co_await by.wait();
}

task<> at_latch(latch& of) {
    line = __LINE__ + 1;
    co_await of.wait();
}

task<> at_permits(permits& of) {
    line = __LINE__ + 1;
    const permits::permit mine = co_await of.take();
}

task<> at_join(task_group& of) {
    line = __LINE__ + 1;
    co_await of.join();
}

task<> at_first_of() {
    line = __LINE__ + 1;
    co_await first_of(sleep_for(std::chrono::hours(1)), sleep_for(std::chrono::hours(2)));
}

task<> at_child() {
    line = __LINE__ + 1;
    co_await at_timer();
}

task<> at_answer(answer<int>& of) {
    line = __LINE__ + 1;
    (void)co_await of.get();
}

task<> at_socket(asio::ip::tcp::socket& from) {
    char byte = 0;
    line = __LINE__ + 1;
    co_await from.async_read_some(asio::buffer(&byte, 1), use_task);
}

task<> at_deferred_socket(asio::ip::tcp::socket& from) {
    char byte = 0;
    line = __LINE__ + 1;
    co_await from.async_read_some(asio::buffer(&byte, 1), asio::deferred);
}

task<> at_side_thread(side_thread& beside) {
    const side_thread::work_of<int> work = [](const std::stop_token& stop) {
        std::atomic<bool> is_asked = false;
        const std::stop_callback asked(stop, [&is_asked] {
            is_asked = true;
            is_asked.notify_all();
        });
        is_asked.wait(false);
        return 0;
    };
    line = __LINE__ + 1;
    (void)co_await beside.run<int>(work);
}

// Runs it on a real shard; when nothing more is ready there, `look` is called, then `release`.
void park_on_shard(task<> work, const std::function<void()>& look, std::function<void()> release) {
    shard on(0, 1);
    bool has_ended = false;
    asio::co_spawn(on.get_executor(), std::move(work), [&](const std::exception_ptr&) {
        has_ended = true;
        on.stop();
    });
    on.io().restart();
    while (on.io().poll() > 0 && !has_ended) {
    }
    look();
    release();
    on.io().restart();
    if (!has_ended)
        on.run();
    BOOST_TEST(has_ended);
}

struct two_sockets {
    asio::io_context context;
    asio::ip::tcp::socket mine{context};
    asio::ip::tcp::socket theirs{context};

    explicit two_sockets(asio::io_context& on) : mine(on) {
        asio::ip::tcp::acceptor door(context, {asio::ip::address_v4::loopback(), 0});
        theirs.connect(door.local_endpoint());
        mine = asio::ip::tcp::socket(on);
        door.accept(mine);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(parked_coroutines)

BOOST_AUTO_TEST_CASE(at_a_timer) {
    traced_world in(trace::level::live);
    in.spawn(at_timer());
    in.run_for(milliseconds(1));
    expect_parked("at_timer", line, "wakeup::async_wait");
}

BOOST_AUTO_TEST_CASE(at_a_mailbox) {
    mailbox<int> empty(1);
    traced_world in(trace::level::live);
    in.spawn(at_mailbox(empty));
    in.run_for(milliseconds(1));
    expect_parked("at_mailbox", line, "wakeup::async_wait");
}

BOOST_AUTO_TEST_CASE(at_a_wakeup) {
    wakeup silent;
    traced_world in(trace::level::live);
    in.spawn(at_wakeup(silent));
    in.run_for(milliseconds(1));
    expect_parked("at_wakeup", line, "wakeup::async_wait");
}

BOOST_AUTO_TEST_CASE(at_a_latch) {
    latch closed;
    traced_world in(trace::level::live);
    in.spawn(at_latch(closed));
    in.run_for(milliseconds(1));
    expect_parked("at_latch", line, "wakeup::async_wait");
    closed.open();
}

BOOST_AUTO_TEST_CASE(at_permits_that_are_gone) {
    permits none(0);
    traced_world in(trace::level::live);
    in.spawn(at_permits(none));
    in.run_for(milliseconds(1));
    expect_parked("at_permits", line, "wakeup::async_wait");
}

BOOST_AUTO_TEST_CASE(at_the_join_of_a_group) {
    traced_world in(trace::level::live);
    task_group group(in.on());
    wakeup silent;
    group.spawn(at_wakeup(silent));
    in.spawn(at_join(group));
    in.run_for(milliseconds(1));
    expect_parked("at_join", line, "wakeup::async_wait");
    silent.notify();
    in.run_for(milliseconds(1));
}

BOOST_AUTO_TEST_CASE(at_first_of_two_whose_runners_are_below_it) {
    traced_world in(trace::level::live);
    in.spawn(at_first_of());
    in.run_for(milliseconds(1));
    expect_parked("at_first_of", line, "wakeup::async_wait");
    const trace::live_tree tree = trace::take_tree();
    std::size_t sleepers = 0;
    for (const trace::tree_frame& each : tree.frames)
        sleepers += tree.words[each.name] == "clarion::sleep_for" ? 1U : 0U;
    BOOST_TEST(sleepers == 2U);
}

BOOST_AUTO_TEST_CASE(at_a_child) {
    traced_world in(trace::level::live);
    in.spawn(at_child());
    in.run_for(milliseconds(1));
    const unsigned inner = line;
    const trace::live_tree tree = trace::take_tree();
    const trace::tree_frame& outer = named(tree, "at_child");
    BOOST_TEST((outer.state == trace::frame_state::awaits_coroutine));
    BOOST_TEST(tree.words[outer.place] != here(inner));
    BOOST_TEST(tree.find(named(tree, "at_timer").caller_id) == &outer);
    expect_parked("at_timer", inner, "wakeup::async_wait");
}

BOOST_AUTO_TEST_CASE(at_an_answer) {
    answer<int> late;
    traced_world in(trace::level::live);
    in.spawn(at_answer(late));
    in.run_for(milliseconds(1));
    expect_parked("at_answer", line, "wakeup::async_wait");
    late.set(1);
    in.run_for(milliseconds(1));
}

BOOST_AUTO_TEST_CASE(at_a_socket) {
    for (const bool deferred : {false, true}) {
        shard on(0, 1);
        two_sockets both(on.io());
        bool has_ended = false;
        const auto work = deferred ? at_deferred_socket : at_socket;
        asio::co_spawn(on.get_executor(), work(both.mine), [&](const std::exception_ptr&) {
            has_ended = true;
            on.stop();
        });
        while (on.io().poll() > 0) {
        }
        expect_parked(deferred ? "at_deferred_socket" : "at_socket", line, "async_receive");
        both.theirs.close();
        on.run();
        BOOST_TEST(has_ended);
    }
}

BOOST_AUTO_TEST_CASE(at_a_side_thread) {
    side_thread beside;
    const auto look = [] {
        expect_parked("at_side_thread", line, "side_thread::run");
    };
    park_on_shard(at_side_thread(beside), look, [&beside] { beside.stop(); });
}

BOOST_AUTO_TEST_SUITE_END()
