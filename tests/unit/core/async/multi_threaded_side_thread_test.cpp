#include "core/async/shard.hpp"
#include "core/async/side_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace {

using namespace clarion;
using work = side_thread::work_of<int>;

/// Runs one task at a time on a shard of its own, on the calling thread.
class one_shard {
public:
    template <class Result>
    Result ended(task<Result> asked) {
        std::optional<Result> result;
        auto done = [&](const std::exception_ptr& failure, Result is) {
            BOOST_REQUIRE(!failure);
            result = std::move(is);
            shard_.stop();
        };
        asio::co_spawn(shard_.get_executor(), std::move(asked), done);
        shard_.run();
        shard_.io().restart();
        return *std::move(result);
    }

private:
    shard shard_{0, 1};
};

std::optional<int> until_stopped(const std::stop_token& stop) {
    while (!stop.stop_requested())
        std::this_thread::yield();
    return 7;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_side_thread)

BOOST_AUTO_TEST_CASE(work_runs_beside_and_its_result_comes_back_to_the_shard) {
    one_shard on;
    side_thread beside;
    const std::thread::id mine = std::this_thread::get_id();
    for (int round = 0; round < 20; ++round) {
        std::thread::id ran_on;
        const work ask = [&ran_on, round](const std::stop_token&) {
            ran_on = std::this_thread::get_id();
            return round;
        };
        BOOST_TEST(on.ended(beside.run<int>(ask)).value_or(-1) == round);
        BOOST_TEST((ran_on != mine));
    }
}

BOOST_AUTO_TEST_CASE(one_piece_of_work_at_a_time_and_stop_ends_it) {
    side_thread beside;
    std::atomic<bool> has_begun = false;
    std::optional<int> first;
    std::jthread waiting([&] {
        one_shard other;
        const work ask = [&has_begun](const std::stop_token& stop) {
            has_begun = true;
            return *until_stopped(stop);
        };
        first = other.ended(beside.run<int>(ask));
    });
    while (!has_begun)
        std::this_thread::yield();
    one_shard on;
    const work second = [](const std::stop_token&) {
        return 1;
    };
    BOOST_TEST(!on.ended(beside.run<int>(second)).has_value());
    beside.stop();
    waiting.join();
    BOOST_TEST(first.value_or(0) == 7);
    BOOST_TEST(!on.ended(beside.run<int>(second)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
