#include "core/trace/recording.hpp"

#include "core/async/sleep.hpp"
#include "core/trace/clock.hpp"
#include "core/trace/mark.hpp"
#include "core/trace/ring.hpp"
#include "core/trace/timeline.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace clarion;
using support::count;
using support::entries_of;
using support::traced_world;
using trace::event;

task<int> at_once(int value) {
    co_return value + 1;
}

task<> calls(int times) {
    int sum = 0;
    for (int each = 0; each < times; ++each)
        sum = co_await at_once(sum);
    if (sum != times)
        throw std::logic_error("a call was lost");
}

task<> sleeps() {
    co_await sleep_for(milliseconds(2));
}

task<> throws() {
    co_await sleep_for(milliseconds(1));
    throw std::runtime_error("failed");
}

task<> posts_itself(executor on) {
    co_await asio::post(on, use_task);
}

task<> marks() {
    trace::tag_coroutine("run", "r_9");
    trace::mark("noted", "r_9", 5);
    co_await sleep_for(milliseconds(1));
}

std::vector<event> events_of(const trace::recording& in, std::string_view function) {
    std::vector<event> found;
    for (const trace::entry& each : entries_of(in, function))
        found.push_back(each.what);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recording)

BOOST_AUTO_TEST_CASE(a_call_that_never_waits_is_one_record) {
    traced_world in;
    in.spawn(calls(100));
    in.run_for(milliseconds(1));
    const trace::recording made = trace::take_recording();
    const auto of_calls = entries_of(made, "at_once");
    BOOST_TEST(of_calls.size() == 100U);
    for (const trace::entry& each : of_calls) {
        BOOST_TEST((each.what == event::passed));
        BOOST_TEST(made.text(each.function).ends_with("at_once"));
    }
}

BOOST_AUTO_TEST_CASE(a_wait_is_recorded_with_its_place_and_its_end) {
    traced_world in;
    in.spawn(sleeps());
    in.run_for(milliseconds(5));
    const trace::recording made = trace::take_recording();
    const auto parked = entries_of(made, "wakeup::wait_until");
    BOOST_TEST_REQUIRE(parked.size() == 4U);
    BOOST_TEST((parked[0].what == event::called));
    BOOST_TEST((parked[1].what == event::suspended));
    BOOST_TEST(made.text(parked[1].text) == "wakeup::async_wait");
    BOOST_TEST(made.text(parked[1].place).starts_with("core/async/wakeup.hpp:"));
    BOOST_TEST((parked[2].what == event::resumed));
    BOOST_TEST(parked[2].at_ns - parked[1].at_ns == 2'000'000U);
    BOOST_TEST((parked[3].what == event::ended));
    const std::vector<event> whole{event::made, event::begun, event::ended};
    BOOST_TEST((events_of(made, "sleeps") == whole));
}

BOOST_AUTO_TEST_CASE(exceptions_and_cancellations_are_told_apart) {
    traced_world in;
    task_group group(in.on());
    group.spawn(throws());
    in.run_for(milliseconds(2));
    in.spawn(group.join());
    const task_group::child sleeper = in.spawn(sleeps());
    in.run_for(milliseconds(1));
    sleeper.cancel();
    in.run_for(milliseconds(1));
    const trace::recording made = trace::take_recording();
    const auto thrown = entries_of(made, "throws");
    const auto failed = std::ranges::find(thrown, event::failed, &trace::entry::what);
    BOOST_TEST_REQUIRE((failed != thrown.end()));
    BOOST_TEST(made.text(failed->text) == "std::runtime_error");
    const auto cancelled = events_of(made, "sleeps");
    BOOST_TEST((std::ranges::count(cancelled, event::cancelled) == 1));
    BOOST_TEST((std::ranges::count(cancelled, event::failed) == 0));
}

BOOST_AUTO_TEST_CASE(one_destroyed_while_it_waits_is_abandoned_with_its_place) {
    trace::forget_records();
    trace::set_level(trace::level::events);
    {
        sim::world world;
        const executor on = world.get_executor();
        asio::co_spawn(on, posts_itself(on), [](const std::exception_ptr&) {});
        int steps = 0;
        world.run([&steps] { return steps++ == 1; });
    }
    trace::set_level(trace::level::live);
    const trace::recording made = trace::take_recording();
    const auto left = entries_of(made, "posts_itself");
    BOOST_TEST_REQUIRE(!left.empty());
    BOOST_TEST((left.back().what == event::abandoned));
    BOOST_TEST(made.text(left.back().text) == "post");
    BOOST_TEST(made.text(left.back().place).starts_with("tests/unit/core/trace/recording_test.cpp:")
    );
}

BOOST_AUTO_TEST_CASE(a_ring_that_has_wrapped_says_so_and_keeps_the_newest) {
    trace::ring records(8, 3);
    for (std::uint64_t at = 1; at <= 20; ++at)
        records.push({at, event::marked, at, 0, {}, "mark", 0});
    const trace::ring::content kept = records.read_all();
    BOOST_TEST(kept.records.size() == 8U);
    BOOST_TEST(kept.lost == 12U);
    BOOST_TEST(kept.records.front().subject == 13U);
    BOOST_TEST(kept.records.back().subject == 20U);
    records.forget();
    BOOST_TEST(records.read_all().records.empty());
    BOOST_TEST(records.read_all().lost == 0U);
}

BOOST_AUTO_TEST_CASE(the_window_of_a_recording_is_said_to_be_incomplete) {
    trace::set_level(trace::level::events);
    trace::forget_records();
    trace::set_ring_bytes(64 * 48);
    std::thread([] {
        trace::name_this_thread("small");
        for (std::uint64_t at = 0; at < 100; ++at)
            trace::mark("filled", at);
    }).join();
    trace::set_ring_bytes(std::size_t{4} << 20U);
    trace::set_level(trace::level::live);
    const trace::recording made = trace::take_recording();
    BOOST_TEST(!made.is_complete());
    const auto gaps = trace::gap_lines(made);
    BOOST_TEST_REQUIRE(gaps.size() == 1U);
    BOOST_TEST(gaps.front().starts_with("window incomplete: thread "));
    BOOST_TEST(gaps.front().find("(small) lost the 36 records") != std::string::npos);
    BOOST_TEST(made.complete_from_ns() == made.entries.front().at_ns);
    BOOST_TEST(trace::to_timeline(made).starts_with("window incomplete"));
    trace::forget_records();
}

BOOST_AUTO_TEST_CASE(a_window_leaves_out_what_is_older) {
    traced_world in;
    in.spawn(marks());
    in.run_for(milliseconds(20));
    in.spawn(sleeps());
    in.run_for(milliseconds(1));
    const trace::virtual_time frozen(
        [](const void*) noexcept { return std::uint64_t{1'021'000'000}; },
        nullptr
    );
    BOOST_TEST(count(trace::take_recording(), event::marked) == 1U);
    const trace::recording lately = trace::take_recording(10'000'000);
    BOOST_TEST(count(lately, event::marked) == 0U);
    BOOST_TEST(!lately.entries.empty());
}

BOOST_AUTO_TEST_CASE(a_timeline_has_a_block_for_each_run) {
    traced_world in;
    in.spawn(marks());
    in.run_for(milliseconds(5));
    const std::string text = trace::to_timeline(trace::take_recording());
    BOOST_TEST(text.find("== run r_9\n") != std::string::npos);
    BOOST_TEST(
        text.find("MARK noted run r_9 (5) at tests/unit/core/trace/recording_test.cpp:") !=
        std::string::npos
    );
    BOOST_TEST(
        text.find("waits for wakeup::async_wait at core/async/wakeup.hpp:") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(the_program_has_a_build_id) {
    const std::string id = trace::program_build_id();
    BOOST_TEST((id == "unknown" || id.size() == 40U), id);
}

BOOST_AUTO_TEST_SUITE_END()
