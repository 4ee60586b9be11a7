#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::support::faulty_log;
using clarion::support::flow_client;
using clarion::support::flow_server;

const std::string from_start =
    R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})";

flow_server::options with(faulty_log& log) {
    flow_server::options options;
    options.log = &log;
    return options;
}

std::vector<std::string> terminals(const flow_client& client) {
    std::vector<std::string> found;
    for (const std::string& type : client.event_types())
        if (type == "agent_completed" || type == "agent_error" || type == "agent_cancelled")
            found.push_back(type);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(storage_faults)

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_stored_is_refused_and_may_be_sent_again) {
    faulty_log log;
    flow_server server(with(log));
    log.fill_after(0);
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    const auto error = ada.only("error");
    BOOST_TEST(error.at("code").as_string() == "storage_unavailable");
    BOOST_TEST(error.at("retryable").as_bool());
    BOOST_TEST(ada.event_types().empty());
    log.make_room();
    ada.asks("m1", "hello");
    server.settle();
    BOOST_TEST(terminals(ada) == std::vector<std::string>{"agent_completed"});
}

// The disk is full at each append of a run in turn; when there is room again the run is sealed, and
// whoever looks sees a whole log.
BOOST_AUTO_TEST_CASE(a_run_whose_append_fails_is_sealed_when_there_is_room_again) {
    for (std::size_t appends = 1; appends <= 10; ++appends) {
        BOOST_TEST_CONTEXT("full after " << appends) {
            faulty_log log;
            flow_server server(with(log));
            flow_client& ada = server.connect("ada");
            log.fill_after(appends);
            ada.asks("m1", "/story 5 50");
            server.world().run_for(std::chrono::seconds(5));
            const bool failed = terminals(ada).empty();
            BOOST_TEST(failed == !ada.frames("error").empty());
            for (const auto& error : ada.frames("error"))
                BOOST_TEST(error.at("code").as_string() == "storage_unavailable");
            log.make_room();
            ada.asks("m2", "hello");
            server.settle();
            // A run of which nothing had been committed is run again, any other is closed.
            const bool lost = failed && appends > 1;
            const std::vector<std::string> expected{
                lost ? "agent_error" : "agent_completed",
                "agent_completed"
            };
            BOOST_TEST(terminals(ada) == expected);
            flow_client& late = server.connect("ada", {from_start});
            server.settle();
            BOOST_TEST(late.event_types() == ada.event_types());
            if (lost)
                BOOST_TEST(
                    late.only("agent_error").at("payload").at("code").as_string() ==
                    "storage_unavailable"
                );
        }
    }
}

BOOST_AUTO_TEST_CASE(a_thread_that_cannot_be_read_says_so_and_is_tried_again) {
    faulty_log log;
    flow_server server(with(log));
    flow_client& ada = server.connect("ada");
    log.break_reads();
    ada.sends(from_start);
    server.settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "storage_unavailable");
    log.mend_reads();
    ada.sends(from_start);
    server.settle();
    BOOST_TEST(ada.frames("subscribed").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_replay_that_cannot_be_read_ends_loudly) {
    faulty_log log;
    flow_server server(with(log));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    flow_client& late = server.connect("ada");
    server.settle();
    log.break_reads();
    late.sends(from_start);
    server.settle();
    BOOST_TEST(late.only("error").at("code").as_string() == "storage_unavailable");
    BOOST_TEST(late.frames("caught_up").empty());
}

BOOST_AUTO_TEST_SUITE_END()
