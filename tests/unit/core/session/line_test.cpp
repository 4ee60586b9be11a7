#include "core/session/line.hpp"

#include "core/sim/world.hpp"
#include "tests/support/memory_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using protocol::close_code;
using session::line;
using support::memory_connection;

session::shared_frame frame(std::string owner, std::string body) {
    return std::make_shared<const session::outgoing_frame>(
        session::outgoing_frame{session::frame_kind::text, std::move(owner), std::move(body)}
    );
}

/// A line of ada's, as `serve` holds it, ended by whatever ends it.
struct fixture {
    explicit fixture(std::size_t outbox_bytes_max = 1000)
        : wire(world.get_executor(), connection, outbox_bytes_max, failures) {
        wire.out()->owner = "ada";
        wire.in().flow();
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;
    ~fixture() {
        asio::co_spawn(world.get_executor(), finish_with_its_end(), [](const std::exception_ptr&) {
        });
        world.run();
    }

    task<> finish_with_its_end() {
        session::session_end end = session::vanished{"the test is over"};
        if (wire.in().ended())
            end = *wire.in().ended();
        co_await wire.finish(std::move(end), std::chrono::seconds(2));
    }

    const std::optional<session::session_end>& wire_end() const {
        return const_cast<line&>(wire).in().ended();
    }
    close_code code() const { return std::get<session::closing>(*wire_end()).code; }

    sim::world world;
    failure::ledger failures{failure::logger(), [this] {
                                 return world.wall_ms();
                             }};
    memory_connection connection;
    line wire;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session_line)

BOOST_AUTO_TEST_CASE(an_event_of_another_user_is_stopped_before_the_write_and_closes_4504) {
    fixture test;
    test.wire.out()->push(frame("ada", "mine"));
    test.wire.out()->push(frame("bob", "not mine"));
    test.world.run();
    BOOST_REQUIRE(test.wire_end().has_value());
    BOOST_TEST((test.code() == close_code::leak_guard));
    for (const std::string& text : test.connection.received())
        BOOST_TEST(text != "not mine");
}

BOOST_AUTO_TEST_CASE(what_gathers_within_one_turn_goes_out_with_one_write) {
    fixture test;
    for (int count = 0; count < 5; ++count)
        test.wire.out()->push(frame("ada", std::to_string(count)));
    test.world.run();
    BOOST_TEST(test.connection.writes() == 1U);
    BOOST_TEST(test.connection.received() == (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

BOOST_AUTO_TEST_CASE(a_full_outbox_closes_with_slow_consumer) {
    fixture test(100);
    test.connection.client_stops_reading();
    // An empty outbox takes a frame of any size, so the first two are one in flight and one queued.
    test.wire.out()->push(frame("ada", std::string(500, 'a')));
    test.world.run();
    test.wire.out()->push(frame("ada", std::string(500, 'b')));
    test.world.run();
    BOOST_TEST(!test.wire_end().has_value());
    test.wire.out()->push(frame("ada", "c"));
    test.world.run();
    BOOST_REQUIRE(test.wire_end().has_value());
    BOOST_TEST((test.code() == close_code::slow_consumer));
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered_between_the_frames) {
    fixture test;
    test.connection.client_sends(session::ping_received{"x"});
    test.world.run();
    BOOST_TEST(test.connection.pongs() == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_gets_its_own_code_back) {
    for (const auto& [sent, answered] : std::vector<std::pair<std::uint16_t, std::uint16_t>>{
             {1000, 1000},
             {4321, 4321},
             {1005, 1000}
         }) {
        fixture test;
        test.connection.client_closes(sent);
        test.world.run();
        BOOST_REQUIRE(test.wire_end().has_value());
        BOOST_TEST(static_cast<std::uint16_t>(test.code()) == answered);
    }
}

BOOST_AUTO_TEST_SUITE_END()
