#include "core/metrics/counters.hpp"

#include "core/engine/work_list.hpp"
#include "core/session/session_list.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace clarion;
using clarion::support::flow_client;
using clarion::support::flow_server;
using protocol::event_type;

namespace {

metrics::counters& counters_of(flow_server& server) {
    return metrics::counters_of(server.world().get_executor());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counters_of_a_server)

BOOST_AUTO_TEST_CASE(a_run_is_counted_exactly) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/tools 2");
    server.settle();
    const metrics::counters& counted = counters_of(server);
    const std::size_t events = ada.event_types().size();
    BOOST_TEST(counted.events_committed.total() == events);
    BOOST_TEST(counted.events_committed.at(event_type::tool_executing) == 2U);
    BOOST_TEST(counted.events_committed.at(event_type::tool_completed) == 2U);
    BOOST_TEST(counted.events_committed.at(event_type::agent_completed) == 1U);
    BOOST_TEST(counted.events_delivered == events);
    BOOST_TEST(counted.events_parked == 0U);
    BOOST_TEST(counted.runs_started == 1U);
    BOOST_TEST(counted.runs_ended.at(metrics::run_end::completed) == 1U);
    BOOST_TEST(counted.tool_calls.at(protocol::tool_outcome::ok) == 2U);
    BOOST_TEST(counted.messages.at(metrics::message_outcome::accepted) == 1U);
    BOOST_TEST(counted.message_to_accepted_us.count() == 1U);
    BOOST_TEST(counted.message_to_started_us.count() == 1U);
    BOOST_TEST(counted.handshakes.at(metrics::handshake_outcome::established) == 1U);
    BOOST_TEST(counted.sessions_open == 1);
    BOOST_TEST(counted.leaks_blocked == 0U);
    BOOST_TEST(counted.appends_waiting == 0);
}

BOOST_AUTO_TEST_CASE(what_nobody_sees_is_parked_and_replayed_later) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/story 3 1000");
    server.settle([&ada] { return !ada.frames("agent_started").empty(); });
    ada.connection().client_vanishes();
    server.settle();
    const metrics::counters& counted = counters_of(server);
    const std::uint64_t committed = counted.events_committed.total();
    BOOST_TEST(counted.events_parked > 0U);
    BOOST_TEST(counted.events_delivered + counted.events_parked == committed);
    BOOST_TEST(counted.sessions_open == 0);
    BOOST_TEST(counted.session_ends.at(metrics::session_ending::vanished) == 1U);

    flow_client& later = server.connect("ada");
    later.sends(R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})");
    server.settle();
    BOOST_TEST(counted.replays == 1U);
    BOOST_TEST(counted.events_replayed == committed);
    BOOST_TEST(later.event_types().size() == committed);
}

BOOST_AUTO_TEST_CASE(duplicates_refusals_and_error_frames_are_told_apart) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/time");
    server.settle();
    ada.asks("m1", "/time");
    ada.asks("m1", "/help");
    ada.sends(R"({"type":"nonsense"})");
    ada.sends(R"({"type":"ping"})");
    server.settle();
    const metrics::counters& counted = counters_of(server);
    BOOST_TEST(counted.messages.at(metrics::message_outcome::accepted) == 1U);
    BOOST_TEST(counted.messages.at(metrics::message_outcome::duplicate) == 1U);
    BOOST_TEST(counted.messages.at(metrics::message_outcome::refused) == 1U);
    BOOST_TEST(counted.error_frames.at(protocol::server::error_code::conflict) == 1U);
    BOOST_TEST(counted.error_frames.at(protocol::server::error_code::unknown_type) == 1U);
    BOOST_TEST(counted.error_frames.total() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failed_run_is_counted_by_its_code) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/throw");
    server.settle();
    const metrics::counters& counted = counters_of(server);
    BOOST_TEST(counted.runs_ended.at(metrics::run_end::failed) == 1U);
    BOOST_TEST(counted.run_errors.at(protocol::agent_error_code::internal) == 1U);
}

BOOST_AUTO_TEST_CASE(an_operator_sees_sessions_runs_and_open_tools) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/hang");
    ada.asks("m2", "/time");
    server.settle([&ada] { return !ada.frames("tool_executing").empty(); });
    server.world().run_for(milliseconds(500));

    const auto runs = server.home().runs(10);
    BOOST_TEST_REQUIRE(runs.size() == 2U);
    BOOST_TEST(runs[0].user_id == "ada");
    BOOST_TEST(runs[0].thread_id == "t1");
    BOOST_TEST((runs[0].state == protocol::run_state::running));
    BOOST_TEST(runs[0].open_tools.size() == 1U);
    BOOST_TEST(runs[0].age_ms >= 500);
    BOOST_TEST((runs[1].state == protocol::run_state::queued));
    BOOST_TEST(server.home().runs(1).size() >= 1U);
    BOOST_TEST(server.home().count_runs().running == 1U);
    BOOST_TEST(server.home().count_runs().queued == 1U);

    const auto& sessions = server.world().own<session::session_list>();
    BOOST_TEST_REQUIRE(sessions.reports(10).size() == 1U);
    BOOST_TEST(sessions.reports(10)[0].user_id == "ada");
    BOOST_TEST(sessions.reports(10)[0].remote_address == "127.0.0.1");
    BOOST_TEST(sessions.reports(10)[0].silent_ms >= 500);
    ada.sends(R"({"type":"ack","thread_id":"t1","seq":2})");
    server.world().run_for(milliseconds(1));
    const auto subscribed = server.home().subscriptions(10);
    BOOST_TEST_REQUIRE(subscribed.size() == 1U);
    BOOST_TEST(subscribed[0].connection_id == sessions.reports(10)[0].connection_id);
    BOOST_TEST((subscribed[0].acked_seq == 2));
    BOOST_TEST((subscribed[0].state == conversation::subscription_state::live));

    server.settle();
    BOOST_TEST(server.home().runs(10).empty());
    BOOST_TEST(server.world().own<engine::work_list>().stragglers().empty());
}

BOOST_AUTO_TEST_SUITE_END()
