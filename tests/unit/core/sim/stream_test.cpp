#include "core/sim/stream.hpp"

#include "core/async/first_of.hpp"
#include "core/async/task_group.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace clarion;

/// Two ends, and what came of them.
struct connected {
    explicit connected(sim::choice_settings decided_by = {}, sim::network how = {})
        : world(std::move(decided_by)) {
        std::tie(near, far) = sim::stream::connect(world, how);
    }
    ~connected() {
        near->abort();
        far->abort();
        world.run();
    }

    task<> read_all() {
        std::array<char, 64> room{};
        while (true) {
            const sim::stream_result got = co_await far->read_some(room);
            if (const auto* why = std::get_if<sim::stream_error>(&got)) {
                ended = *why;
                co_return;
            }
            reads.push_back(std::get<std::size_t>(got));
            read.append(room.data(), reads.back());
        }
    }

    task<> write(std::string text) {
        const sim::stream_result sent = co_await near->write(text);
        if (const auto* why = std::get_if<sim::stream_error>(&sent))
            refused = *why;
        else
            written += std::get<std::size_t>(sent);
    }

    task<> read_before(time_point deadline) {
        std::array<char, 8> room{};
        const auto got = co_await before(deadline, far->read_some(room));
        gave_up = !got;
    }

    sim::world world;
    std::unique_ptr<sim::stream> near;
    std::unique_ptr<sim::stream> far;
    std::string read;
    std::vector<std::size_t> reads;
    std::size_t written = 0;
    bool gave_up = false;
    std::optional<sim::stream_error> ended;
    std::optional<sim::stream_error> refused;
    task_group group{world.get_executor()};
};

sim::choice_settings random_order(std::uint64_t seed) {
    sim::choice_settings made;
    made.seed = seed;
    made.order = sim::policy::random;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulated_stream)

BOOST_AUTO_TEST_CASE(in_order_bytes_arrive_at_once_and_the_end_behind_them) {
    connected both;
    both.group.spawn(both.read_all());
    both.group.spawn(both.write("one"));
    both.world.run();
    both.near->end_writing();
    both.world.run();
    BOOST_TEST(both.read == "one");
    BOOST_TEST((both.ended == sim::stream_error::end_of_stream));
    BOOST_TEST(both.reads.size() == 1U);
}

BOOST_AUTO_TEST_CASE(reads_are_short_and_late_by_the_seed_and_nothing_is_lost_or_moved) {
    std::size_t short_ones = 0;
    std::size_t late_ones = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        connected both(random_order(seed));
        both.group.spawn(both.read_all());
        const time_point begun = both.world.now();
        std::string expected;
        for (const char* text : {"alpha ", "beta ", "gamma"}) {
            expected += text;
            both.group.spawn(both.write(text));
            both.world.run();
        }
        both.near->end_writing();
        both.world.run();
        BOOST_TEST(both.read == expected);
        short_ones += both.reads.size() > 3 ? 1U : 0U;
        late_ones += both.world.now() > begun ? 1U : 0U;
    }
    BOOST_TEST(short_ones > 5U);
    BOOST_TEST(late_ones > 5U);
}

BOOST_AUTO_TEST_CASE(who_writes_more_than_the_window_waits_for_the_reader) {
    sim::network narrow;
    narrow.window_bytes = 10;
    connected both({}, narrow);
    both.group.spawn(both.write(std::string(25, 'x')));
    both.world.run();
    BOOST_TEST(both.written == 0U);
    both.group.spawn(both.read_all());
    both.world.run();
    BOOST_TEST(both.written == 25U);
    BOOST_TEST(both.read.size() == 25U);
}

BOOST_AUTO_TEST_CASE(an_abort_ends_both_sides_and_loses_what_was_not_read) {
    connected both;
    both.group.spawn(both.write("lost"));
    both.world.run();
    both.near->abort();
    both.group.spawn(both.read_all());
    both.world.run();
    BOOST_TEST((both.ended == sim::stream_error::reset));
    BOOST_TEST(both.read.empty());
    both.group.spawn(both.write("more"));
    both.world.run();
    BOOST_TEST((both.refused == sim::stream_error::aborted));
}

BOOST_AUTO_TEST_CASE(a_reset_comes_by_the_seed) {
    sim::network shaky;
    shaky.reset_one_in = 1;
    std::size_t resets = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        connected both(random_order(seed), shaky);
        both.group.spawn(both.read_all());
        both.group.spawn(both.write("x"));
        both.world.run();
        resets += both.refused == sim::stream_error::reset ? 1U : 0U;
    }
    BOOST_TEST(resets > 3U);
    BOOST_TEST(resets < 17U);
}

BOOST_AUTO_TEST_CASE(a_read_can_be_cancelled_and_the_stream_used_on) {
    connected both;
    both.group.spawn(both.read_before(both.world.now() + milliseconds(5)));
    both.world.run();
    BOOST_TEST(both.gave_up);
    both.group.spawn(both.read_all());
    both.group.spawn(both.write("after"));
    both.world.run();
    BOOST_TEST(both.read == "after");
}

BOOST_AUTO_TEST_SUITE_END()
