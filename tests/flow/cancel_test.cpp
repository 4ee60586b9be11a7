// What `accepted` promises to whoever cancels a run that has only just begun.
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using clarion::milliseconds;
using clarion::support::faulty_log;
using clarion::support::flow_client;
using clarion::support::flow_server;

const std::string message =
    R"({"type":"message","thread_id":"t1","message_id":"m1","text":"/story 5 100"})";
const std::string cancel = R"({"type":"cancel","thread_id":"t1","message_id":"m1"})";

flow_server::options on(faulty_log& log) {
    flow_server::options with;
    with.log = &log;
    return with;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cancels)

// The next start would begin the run anew, of which the log has only the message.
BOOST_AUTO_TEST_CASE(an_accepted_cancel_waits_until_the_run_has_begun_in_the_log) {
    faulty_log log;
    log.hold_appends(1);
    flow_server server(on(log));
    flow_client& ada = server.connect("ada", {message});
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("accepted").size() == 1U);
    ada.sends(cancel);
    server.world().run_for(milliseconds(1000));
    BOOST_TEST(ada.frames("cancel_result").empty());
    log.let_go();
    server.settle();
    BOOST_TEST(ada.only("cancel_result").at("verdict").as_string() == "accepted");
    BOOST_TEST(ada.event_types().back() == "agent_cancelled");
}

BOOST_AUTO_TEST_CASE(a_cancel_of_a_run_that_could_not_begin_is_refused) {
    faulty_log log;
    log.fill_after(1);
    flow_server server(on(log));
    flow_client& ada = server.connect("ada", {message, cancel});
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("cancel_result").empty());
    ada.sends(cancel);
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("cancel_result").empty());
    for (const auto& error : ada.frames("error"))
        BOOST_TEST(error.at("code").as_string() == "storage_unavailable");
    BOOST_TEST(ada.frames("error").size() == 3U);  // both cancels, and what all are told
    log.make_room();
    server.settle();
    BOOST_TEST(ada.event_types().back() == "agent_completed");
}

BOOST_AUTO_TEST_SUITE_END()
