#include "core/metrics/counters.hpp"

#include "core/metrics/error_frame.hpp"
#include "core/metrics/loop_probe.hpp"
#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::metrics;
using protocol::close_code;
using protocol::server::error_code;

}  // namespace

BOOST_AUTO_TEST_SUITE(shard_counters)

BOOST_AUTO_TEST_CASE(a_value_falls_at_or_below_its_bound) {
    time_histogram times;
    times.add(0);
    times.add(100);
    times.add(101);
    times.add(10'000'001);
    BOOST_TEST(times.counts().front() == 2U);
    BOOST_TEST(times.counts()[1] == 1U);
    BOOST_TEST(times.counts().back() == 1U);
    BOOST_TEST(times.count() == 4U);
    BOOST_TEST(times.sum() == 10'000'202);
}

BOOST_AUTO_TEST_CASE(enumerators_are_counted_under_their_names) {
    enum_counts<message_outcome> counts;
    counts.add(message_outcome::duplicate);
    counts.add(message_outcome::refused, 2);
    std::vector<std::string> seen;
    counts.each([&seen](std::string_view name, std::uint64_t count) {
        seen.push_back(std::string(name) + "=" + std::to_string(count));
    });
    BOOST_TEST(
        seen == std::vector<std::string>({"accepted=0", "duplicate=1", "refused=2"}),
        boost::test_tools::per_element()
    );
    BOOST_TEST(counts.total() == 3U);
}

BOOST_AUTO_TEST_CASE(counters_add_up_over_shards) {
    counters one;
    one.connections_open = 2;
    one.client_frames[3] = 5;
    one.events_committed.add(protocol::event_type::text_delta, 7);
    one.message_to_accepted_us.add(1);
    counters two = one;
    two.connections_open = -1;  // as seen between two shards
    two += one;
    BOOST_TEST(two.connections_open == 1);
    BOOST_TEST(two.client_frames[3] == 10U);
    BOOST_TEST(two.events_committed.at(protocol::event_type::text_delta) == 14U);
    BOOST_TEST(two.message_to_accepted_us.count() == 2U);
}

// A figure that `+=` forgets would show one shard's alone.
BOOST_AUTO_TEST_CASE(adding_a_shard_to_itself_doubles_every_byte_of_it) {
    counters one;
    auto* const bytes = static_cast<std::uint64_t*>(static_cast<void*>(&one));
    constexpr std::size_t words = sizeof(counters) / sizeof(std::uint64_t);
    for (std::size_t index = 0; index < words; ++index)
        bytes[index] = index + 1;
    const counters before = one;
    one += before;
    for (std::size_t index = 0; index < words; ++index)
        BOOST_TEST(bytes[index] == 2 * (index + 1), "word " << index << " is not added");
}

BOOST_AUTO_TEST_CASE(sessions_end_under_their_close_code) {
    BOOST_TEST(protocol::name_of(ending_of(close_code::normal)) == "1000");
    BOOST_TEST(protocol::name_of(ending_of(close_code::slow_consumer)) == "4008");
    BOOST_TEST(protocol::name_of(ending_of(close_code::revoked)) == "4505");
    BOOST_TEST(protocol::name_of(ending_of(static_cast<close_code>(3999))) == "other");
}

BOOST_AUTO_TEST_CASE(error_frames_are_known_by_what_goes_out) {
    protocol::server::error busy;
    busy.code = error_code::busy;
    busy.message = "a run is active";
    BOOST_TEST((code_of_error_frame(protocol::to_frame(busy)) == error_code::busy));
    // An id is the client's own text, and comes first.
    const std::string id = R"(x","code":"internal",")";
    BOOST_TEST((code_of_error_frame(protocol::to_frame(busy, id)) == error_code::busy));
    BOOST_TEST(!code_of_error_frame(protocol::to_frame(protocol::server::pong{1})));
    BOOST_TEST(!code_of_error_frame(R"({"type":"error"})"));
}

BOOST_AUTO_TEST_CASE(every_world_has_its_own) {
    sim::world one;
    sim::world two;
    ++counters_of(one.get_executor()).replays;
    BOOST_TEST(counters_of(one.get_executor()).replays == 1U);
    BOOST_TEST(counters_of(two.get_executor()).replays == 0U);
}

BOOST_AUTO_TEST_CASE(the_probe_measures_until_it_is_stopped) {
    sim::world world;
    loop_probe probe(world.get_executor());
    probe.start();
    world.run_for(std::chrono::seconds(1));
    BOOST_TEST(counters_of(world.get_executor()).loop_lag_us.count() == 4U);
    BOOST_TEST(counters_of(world.get_executor()).loop_lag_us.sum() == 0);
    probe.stop();
    world.run();
    BOOST_TEST(counters_of(world.get_executor()).loop_lag_us.count() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
