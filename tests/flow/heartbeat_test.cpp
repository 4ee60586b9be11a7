#include "tests/support/expect_failure.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using clarion::protocol::close_code;
using clarion::support::flow_client;
using clarion::support::flow_server;

flow_server::options with_heartbeat() {
    flow_server::options with;
    with.sessions.heartbeat_interval = 25s;
    with.sessions.heartbeat_timeout = 8s;
    return with;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(heartbeat)

BOOST_AUTO_TEST_CASE(a_client_that_answers_is_pinged_at_the_interval_and_stays) {
    flow_server server(with_heartbeat());
    flow_client& ada = server.connect("ada");
    server.world().run_for(24s);
    BOOST_TEST(ada.connection().pings() == 0U);
    server.world().run_for(232s);
    BOOST_TEST(ada.connection().pings() == 10U);
    BOOST_TEST(!ada.connection().close_code().has_value());
    ada.connection().client_closes(1000);
    server.settle();
}

// The ping stands behind what the client has still to read.
BOOST_AUTO_TEST_CASE(a_client_that_reads_a_long_replay_slowly_stays) {
    flow_server::options with = with_heartbeat();
    flow_server server(std::move(with));
    flow_client& writer = server.connect("ada");
    for (int number = 0; number < 4; ++number)
        writer.asks("m" + std::to_string(number), "/story 40000 0");
    server.world().run_for(20s);
    flow_client& reader = server.connect("ada");
    server.world().run_for(1s);
    reader.connection().client_reads_slowly(5s);
    reader.sends(R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})");
    server.world().run_for(300s);
    BOOST_TEST(!reader.connection().close_code().has_value());
    BOOST_TEST(reader.connection().writes() > 20U);
    BOOST_TEST(reader.connection().pings() > 0U);
    reader.connection().client_closes(1000);
    writer.connection().client_closes(1000);
    server.settle();
}

BOOST_AUTO_TEST_CASE(a_client_from_which_nothing_comes_after_a_ping_is_closed_4009) {
    flow_server server(with_heartbeat());
    flow_client& ada = server.connect("ada");
    ada.connection().client_stops_answering();
    const clarion::time_point began = server.world().now();
    server.world().run_for(32s);
    BOOST_TEST(!ada.connection().close_code().has_value());
    server.settle();
    BOOST_TEST((ada.connection().close_code() == close_code::no_pong));
    BOOST_TEST((server.world().now() - began == 33s));
    const std::string id(ada.only("welcome").at("connection_id").as_string());
    clarion::support::expect_failure(
        clarion::failure::code::no_pong,
        server.failures(),
        {.how = clarion::failure::severity::warning,
         .of = clarion::failure::code_class::delivery,
         .about = {id, "ada", {}, {}},
         .detail = "nothing came after a ping",
         .from = "core/session/serve.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(any_frame_counts_as_a_sign_of_life) {
    flow_server server(with_heartbeat());
    flow_client& ada = server.connect("ada");
    ada.connection().client_stops_answering();
    const clarion::time_point began = server.world().now();
    server.world().run_for(30s);
    ada.sends(R"({"type":"ping"})");
    server.world().run_for(20s);
    BOOST_TEST(!ada.connection().close_code().has_value());
    server.settle();
    BOOST_TEST((ada.connection().close_code() == close_code::no_pong));
    BOOST_TEST((server.world().now() - began == 58s));
}

BOOST_AUTO_TEST_CASE(a_time_out_longer_than_the_interval_is_waited_for_all_the_same) {
    flow_server::options with = with_heartbeat();
    with.sessions.heartbeat_timeout = 40s;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.connection().client_stops_answering();
    const clarion::time_point began = server.world().now();
    server.settle();
    BOOST_TEST((ada.connection().close_code() == close_code::no_pong));
    BOOST_TEST((server.world().now() - began == 65s));
}

BOOST_AUTO_TEST_SUITE_END()
