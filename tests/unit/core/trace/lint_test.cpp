#include "core/trace/lint.hpp"

#include "core/async/ask.hpp"
#include "core/async/first_of.hpp"
#include "core/async/latch.hpp"
#include "core/async/mailbox.hpp"
#include "core/async/permits.hpp"
#include "core/async/shard.hpp"
#include "core/async/side_thread.hpp"
#include "core/async/sleep.hpp"
#include "core/trace/mark.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace clarion;
using support::traced_world;
using trace::rule;

constexpr std::string_view connection = "c_1";

std::vector<rule> rules_of(const std::vector<trace::finding>& found) {
    std::vector<rule> rules;
    for (const trace::finding& each : found)
        rules.push_back(each.broken);
    return rules;
}

// What the lints say of what ran in `in`.
std::vector<rule> found_in(traced_world& in, duration time) {
    in.run_for(time);
    trace::recording made = trace::take_recording();
    made.tree.taken_ns = 0;  // out of the world it is another time
    return rules_of(trace::lint(made));
}

const std::vector<rule> nothing;

task<> registers(duration takes) {
    if (takes > duration::zero())
        co_await sleep_for(takes);
    trace::mark("registered", connection);
}

task<> handles(duration after) {
    if (after > duration::zero())
        co_await sleep_for(after);
    trace::mark("message", connection);
}

task<> handshake_then_process() {
    trace::mark("accepted", connection);
    co_await registers(milliseconds(5));
    co_await handles(milliseconds(5));
}

// The historical one: both are spawned, and who is first is luck.
task<> handshake_beside_process(task_group& in, duration registering, duration message) {
    trace::mark("accepted", connection);
    in.spawn(registers(registering));
    in.spawn(handles(message));
    co_return;
}

/// Two coroutines of which the first registers and hands over to the second, which then handles a
/// message: ordered by whatever hands over.
using half = std::function<task<>()>;
task<> first_half(half hand_over) {
    trace::mark("accepted", connection);
    co_await sleep_for(milliseconds(5));
    trace::mark("registered", connection);
    co_await hand_over();
}
task<> second_half(half take_over) {
    co_await take_over();
    trace::mark("message", connection);
}

struct halves {
    half hand_over;
    half take_over;
};

std::vector<rule> found_between(const halves& both, traced_world& in) {
    in.spawn(first_half(both.hand_over));
    in.spawn(second_half(both.take_over));
    return found_in(in, milliseconds(100));
}

task<> push(mailbox<int>& into) {
    (void)into.push(1);
    co_return;
}
task<> pop(mailbox<int>& from) {
    (void)co_await from.pop();
}
task<> pop_late(mailbox<int>& from) {
    co_await sleep_for(milliseconds(50));
    (void)co_await from.pop();
}
task<> open(latch& of) {
    of.open();
    co_return;
}
task<> wait_late(latch& of) {
    co_await sleep_for(milliseconds(50));
    co_await of.wait();
}
task<> notify(wakeup& who) {
    who.notify();
    co_return;
}
task<> wait_late_for(wakeup& by) {
    co_await sleep_for(milliseconds(50));
    co_await by.wait();
}
task<> sleep_late() {
    co_await sleep_for(milliseconds(50));
}
task<> posts_itself(executor on) {
    co_await asio::post(on, use_task);
}
task<> calls_posts_itself(executor on) {
    co_await posts_itself(on);
}
task<> nothing_at_all() {
    co_return;
}
task<> in_turns(permits& of, bool& registered) {
    const permits::permit mine = co_await of.take();
    if (!registered) {
        trace::mark("accepted", connection);
        co_await registers(milliseconds(3));
        registered = true;
    } else {
        co_await handles(milliseconds(3));
    }
}

task<> joins_then_handles(executor on) {
    trace::mark("accepted", connection);
    task_group group(on);
    group.spawn(registers(milliseconds(3)));
    co_await group.join();
    co_await handles(duration::zero());
}

task<> first_of_then_handles() {
    trace::mark("accepted", connection);
    co_await first_of(registers(milliseconds(3)), sleep_for(std::chrono::seconds(1)));
    co_await handles(duration::zero());
}

task<> sends_after_close() {
    trace::mark("send", connection);
    trace::mark("closed", connection);
    trace::mark("send", connection);
    co_return;
}

task<> leaves_tools_alone() {
    const std::uint64_t run = trace::key_of("r_1");
    trace::mark("run_began", "r_1");
    trace::mark("tool_executing", "t_1", run);
    trace::mark("tool_completed", "t_1", run);
    trace::mark("tool_executing", "t_2", run);
    trace::mark("tool_completed", "t_3", run);
    trace::mark("run_closed", "r_1");
    co_return;
}

task<> emits_into_nothing() {
    trace::mark("emit", "r_1", 1);
    trace::mark("outcome", "r_1", 1);
    trace::mark("emit", "r_1", 2);
    trace::mark("run_closed", "r_1");
    trace::mark("emit", "r_2", 1);  // has its time
    co_return;
}

task<> asks_to_register(executor there) {
    trace::mark("accepted", connection);
    co_await ask(there, registers(duration::zero()));
    trace::mark("message", connection);
}

task<> registers_beside(side_thread& beside) {
    trace::mark("accepted", connection);
    const side_thread::work_of<int> registering = [](const std::stop_token&) {
        trace::mark("registered", connection);
        return 0;
    };
    (void)co_await beside.run<int>(registering);
    trace::mark("message", connection);
}

task<> touches(latch* after, latch* before) {
    if (after != nullptr)
        co_await after->wait();
    trace::mark("touch", connection);
    if (before != nullptr)
        before->open();
}

task<> busy(std::uint64_t& clock_ns) {
    clock_ns += 6'000'000;
    co_await sleep_for(duration::zero());
    clock_ns += 1'000'000;
}

void run_on_shard(task<> work) {
    shard on(0, 1);
    asio::co_spawn(on.get_executor(), std::move(work), [&on](const std::exception_ptr&) {
        on.stop();
    });
    on.run();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lints)

BOOST_AUTO_TEST_CASE(a_message_before_the_registration_is_found) {
    traced_world in;
    task_group group(in.on());
    in.spawn(handshake_beside_process(group, milliseconds(5), milliseconds(1)));
    BOOST_TEST((found_in(in, milliseconds(20)) == std::vector{rule::message_before_registered}));
}

BOOST_AUTO_TEST_CASE(a_race_is_found_in_a_run_that_went_well) {
    traced_world in;
    task_group group(in.on());
    in.spawn(handshake_beside_process(group, duration::zero(), milliseconds(5)));
    BOOST_TEST((found_in(in, milliseconds(20)) == std::vector{rule::message_unordered_registered}));
}

BOOST_AUTO_TEST_CASE(an_awaited_handshake_is_silent) {
    traced_world in;
    in.spawn(handshake_then_process());
    BOOST_TEST((found_in(in, milliseconds(20)) == nothing));
}

BOOST_AUTO_TEST_CASE(a_message_whose_handshake_is_older_than_the_recording_is_silent) {
    traced_world in;
    in.spawn(handles(milliseconds(1)));
    BOOST_TEST((found_in(in, milliseconds(20)) == nothing));
}

BOOST_AUTO_TEST_CASE(a_sleep_orders_nothing) {
    traced_world in;
    const halves both{nothing_at_all, sleep_late};
    BOOST_TEST((found_between(both, in) == std::vector{rule::message_unordered_registered}));
}

BOOST_AUTO_TEST_CASE(a_mailbox_orders_also_when_its_item_was_there_already) {
    for (const bool late : {false, true}) {
        mailbox<int> between(1);
        traced_world in;
        const half take_over = [&between, late] {
            return late ? pop_late(between) : pop(between);
        };
        const halves both{[&between] { return push(between); }, take_over};
        BOOST_TEST((found_between(both, in) == nothing), "late: " << late);
    }
}

BOOST_AUTO_TEST_CASE(a_latch_orders_also_when_it_was_open_already) {
    for (const bool late : {false, true}) {
        latch between;
        traced_world in;
        const half take_over = [&between, late] {
            return late ? wait_late(between) : between.wait();
        };
        const halves both{[&between] { return open(between); }, take_over};
        BOOST_TEST((found_between(both, in) == nothing), "late: " << late);
    }
}

BOOST_AUTO_TEST_CASE(a_wakeup_orders_also_when_it_was_notified_already) {
    for (const bool late : {false, true}) {
        wakeup between;
        traced_world in;
        const half take_over = [&between, late] {
            return late ? wait_late_for(between) : between.wait();
        };
        const halves both{[&between] { return notify(between); }, take_over};
        BOOST_TEST((found_between(both, in) == nothing), "late: " << late);
    }
}

BOOST_AUTO_TEST_CASE(permits_order_their_holders) {
    permits one(1);
    bool registered = false;
    traced_world in;
    in.spawn(in_turns(one, registered));
    in.spawn(in_turns(one, registered));
    BOOST_TEST((found_in(in, milliseconds(50)) == nothing));
}

BOOST_AUTO_TEST_CASE(joining_a_group_orders_after_its_children) {
    traced_world in;
    in.spawn(joins_then_handles(in.on()));
    BOOST_TEST((found_in(in, milliseconds(50)) == nothing));
}

BOOST_AUTO_TEST_CASE(the_first_of_two_orders_after_itself) {
    traced_world in;
    in.spawn(first_of_then_handles());
    BOOST_TEST((found_in(in, milliseconds(50)) == nothing));
}

BOOST_AUTO_TEST_CASE(what_another_shard_was_asked_is_ordered_before_the_answer) {
    traced_world in;
    sim::world other;
    // Both run on this thread, in turns.
    in.spawn(asks_to_register(other.get_executor()));
    for (int turns = 0; turns < 5; ++turns) {
        in.run_for(milliseconds(1));
        other.run_for(milliseconds(1));
    }
    BOOST_TEST((found_in(in, milliseconds(1)) == nothing));
}

BOOST_AUTO_TEST_CASE(a_side_thread_is_ordered_between_its_question_and_its_answer) {
    trace::forget_records();
    trace::set_level(trace::level::events);
    side_thread beside;
    run_on_shard(registers_beside(beside));
    trace::set_level(trace::level::live);
    trace::lint_settings patient;
    patient.long_turn_ns = ~std::uint64_t{0};
    BOOST_TEST((rules_of(trace::lint(trace::take_recording(), patient)) == nothing));
}

BOOST_AUTO_TEST_CASE(two_threads_at_one_connection_are_found_unless_something_orders_them) {
    trace::set_level(trace::level::events);
    for (const bool ordered : {false, true}) {
        trace::forget_records();
        latch through;
        // Both are made before either begins, so that no order comes from that.
        task<> first = touches(nullptr, ordered ? &through : nullptr);
        task<> second = touches(ordered ? &through : nullptr, nullptr);
        std::thread([&first] { run_on_shard(std::move(first)); }).join();
        std::thread([&second] { run_on_shard(std::move(second)); }).join();
        const auto found = rules_of(trace::lint(trace::take_recording()));
        const bool is_found = std::ranges::count(found, rule::unordered_touch) == 1;
        BOOST_TEST(is_found == !ordered);
    }
    trace::set_level(trace::level::live);
}

BOOST_AUTO_TEST_CASE(what_is_sent_after_the_close_is_found) {
    traced_world in;
    in.spawn(sends_after_close());
    BOOST_TEST((found_in(in, milliseconds(1)) == std::vector{rule::send_after_close}));
}

BOOST_AUTO_TEST_CASE(a_tool_without_its_other_half_is_found) {
    traced_world in;
    in.spawn(leaves_tools_alone());
    const std::vector expected{rule::tool_unpaired, rule::tool_unpaired};
    BOOST_TEST((found_in(in, milliseconds(1)) == expected));
}

BOOST_AUTO_TEST_CASE(an_emit_that_nobody_answered_is_found_when_its_run_has_closed) {
    traced_world in;
    in.spawn(emits_into_nothing());
    BOOST_TEST((found_in(in, milliseconds(1)) == std::vector{rule::emit_without_outcome}));
}

BOOST_AUTO_TEST_CASE(one_that_holds_its_thread_is_found) {
    traced_world in;
    trace::lint_settings settings;
    std::uint64_t clock_ns = 1'000'000'000;
    const trace::virtual_time clock(
        [](const void* of) noexcept { return *static_cast<const std::uint64_t*>(of); },
        &clock_ns
    );
    run_on_shard(busy(clock_ns));
    const auto found = trace::lint(trace::take_recording(), settings);
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found.front().broken == rule::long_turn));
    BOOST_TEST(found.front().text.starts_with("busy#"));
    BOOST_TEST(found.front().text.ends_with(" held its thread for 6 ms, up to there"));
    BOOST_TEST(found.front().place.starts_with("tests/unit/core/trace/lint_test.cpp:"));
}

BOOST_AUTO_TEST_CASE(one_destroyed_while_it_waits_is_found_and_one_that_never_began_is_not) {
    trace::forget_records();
    trace::set_level(trace::level::events);
    {
        const task<> never_begun = sleep_late();
        sim::world world;
        const executor on = world.get_executor();
        asio::co_spawn(on, calls_posts_itself(on), [](const std::exception_ptr&) {});
        int steps = 0;
        world.run([&steps] { return steps++ == 1; });
    }
    trace::set_level(trace::level::live);
    const auto found = trace::lint(trace::take_recording());
    BOOST_TEST((rules_of(found) == std::vector{rule::abandoned}));
    BOOST_TEST_REQUIRE(!found.empty());
    BOOST_TEST(found.front().text.starts_with("calls_posts_itself#"));
    BOOST_TEST(found.front().place.starts_with("tests/unit/core/trace/lint_test.cpp:"));
}

BOOST_AUTO_TEST_CASE(one_that_waits_long_for_what_should_end_is_found) {
    latch never;
    mailbox<int> idle(1);
    traced_world in;
    in.spawn(wait_late(never));
    in.spawn(pop(idle));
    in.run_for(std::chrono::seconds(40));
    const trace::virtual_time clock(
        [](const void*) noexcept { return std::uint64_t{41'000'000'000}; },
        nullptr
    );
    BOOST_TEST((rules_of(trace::lint(trace::take_recording())) == std::vector{rule::overdue}));
    never.open();
}

BOOST_AUTO_TEST_CASE(every_rule_has_a_name) {
    BOOST_TEST(trace::to_string(rule::message_before_registered) == "message_before_registered");
    BOOST_TEST(trace::to_string(rule::overdue) == "overdue");
}

BOOST_AUTO_TEST_SUITE_END()
