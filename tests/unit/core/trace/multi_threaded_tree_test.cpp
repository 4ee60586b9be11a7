#include "core/async/ask.hpp"
#include "core/async/shard.hpp"
#include "core/trace/level.hpp"
#include "core/trace/lint.hpp"
#include "core/trace/mark.hpp"
#include "core/trace/recording.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace {

using namespace clarion;

constexpr int rounds = 300;

task<int> leaf(int value) {
    const executor on = co_await asio::this_coro::executor;
    co_await asio::post(on, use_task);
    co_return value;
}

task<> asks(executor other, int times) {
    trace::tag_coroutine("run", "r_" + std::to_string(times));
    for (int round = 0; round < times; ++round) {
        const int here = co_await leaf(round);
        const int there = co_await ask(other, leaf(round));
        if (here != there)
            throw std::logic_error("the answer is another one's");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_trace)

// Two shards ask each other, so that frames are made on one thread and destroyed on the other,
// while a third looks at them all the time.
BOOST_AUTO_TEST_CASE(a_tree_and_a_recording_can_be_taken_while_the_shards_run) {
    const trace::level before = trace::current_level();
    trace::forget_records();
    const std::size_t frames_before = trace::count_live_frames();
    for (const trace::level how : {trace::level::live, trace::level::events}) {
        trace::set_level(how);
        shard one(0, 1);
        shard two(1, 2);
        std::atomic<int> left = 20;
        std::atomic<bool> has_failed = false;
        const auto ended = [&](const std::exception_ptr& failure) {
            has_failed = has_failed || failure;
            if (--left == 0) {
                one.stop();
                two.stop();
            }
        };
        for (int index = 0; index < 10; ++index) {
            asio::co_spawn(one.get_executor(), asks(two.get_executor(), rounds), ended);
            asio::co_spawn(two.get_executor(), asks(one.get_executor(), rounds), ended);
        }
        std::jthread first([&one] { one.run(); });
        std::jthread second([&two] { two.run(); });
        std::size_t seen = 0;
        while (left > 0) {
            seen += trace::take_tree().frames.size();
            for (const trace::entry& each : trace::take_recording().entries)
                BOOST_REQUIRE(static_cast<std::size_t>(each.what) < trace::events_count);
        }
        first.join();
        second.join();
        BOOST_TEST(!has_failed);
        BOOST_TEST(seen > 0U);
    }
    trace::set_level(before);
    BOOST_TEST(trace::count_live_frames() == frames_before);
    trace::lint_settings patient;
    patient.long_turn_ns = ~std::uint64_t{0};
    BOOST_TEST(trace::lint(trace::take_recording(), patient).empty());
}

BOOST_AUTO_TEST_SUITE_END()
