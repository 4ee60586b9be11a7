#include "tests/support/expect_failure.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using clarion::protocol::close_code;
using clarion::support::flow_client;
using clarion::support::flow_server;

std::string message(const std::string& thread, const std::string& text) {
    return R"({"type":"message","thread_id":")" + thread + R"(","message_id":"m_)" + thread +
           R"(","text":")" + text + R"("})";
}

std::string subscribe(const std::string& thread) {
    return R"({"type":"subscribe","thread_id":")" + thread + R"("})";
}

flow_server::options with_active_runs(std::size_t runs_max) {
    flow_server::options with;
    with.conversations.runs_active_per_user_max = runs_max;
    return with;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_limits)

BOOST_AUTO_TEST_CASE(more_runs_of_a_user_than_may_be_active_are_queued_and_run_later) {
    flow_server server(with_active_runs(2));
    flow_client& ada = server.connect(
        "ada",
        {message("t1", "/story 5 100"), message("t2", "/story 9 100"), message("t3", "hi")}
    );
    flow_client& bob = server.connect("bob", {message("t1", "hi")});
    server.settle([&bob] { return !bob.frames("agent_completed").empty(); });
    BOOST_TEST(bob.only("accepted").at("state").as_string() == "running");
    BOOST_TEST(ada.frames("accepted")[2].at("state").as_string() == "queued");
    BOOST_TEST(ada.only("run_queued").at("payload").at("position").to_number<int>() == 1);
    BOOST_TEST(ada.frames("agent_started").size() == 2U);
    server.settle();
    BOOST_TEST(ada.frames("agent_completed").size() == 3U);
    // The third began when the first ended, not when both had.
    BOOST_TEST(ada.frames("agent_completed")[1].at("thread_id").as_string() == "t3");
}

BOOST_AUTO_TEST_CASE(without_memory_a_new_message_is_busy_and_a_known_one_is_answered) {
    clarion::session::memory_budget memory;
    flow_server::options with;
    with.conversations.memory = &memory;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada", {message("t1", "/story 3 100")});
    server.settle([&ada] { return !ada.frames("accepted").empty(); });
    memory.spend();
    ada.sends(message("t2", "hi"));
    ada.sends(message("t1", "/story 3 100"));
    server.settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "busy");
    BOOST_TEST(ada.only("error").at("retryable").as_bool());
    BOOST_TEST(ada.frames("accepted")[1].at("duplicate").as_bool());
    // What was at work went on.
    BOOST_TEST(ada.frames("agent_completed").size() == 1U);
    memory.recover();
    ada.sends(message("t2", "hi"));
    server.settle();
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_run_that_waits_for_its_users_turn_outlives_the_session_that_asked) {
    flow_server server(with_active_runs(1));
    flow_client& ada = server.connect("ada", {message("t1", "/story 5 100"), message("t2", "hi")});
    server.settle([&ada] { return ada.frames("accepted").size() == 2; });
    ada.connection().client_vanishes();
    server.settle();
    flow_client& again = server.connect(
        "ada",
        {R"({"type":"subscribe","thread_id":"t2","since":{"epoch":"","seq":0}})"}
    );
    server.settle();
    BOOST_TEST(again.frames("agent_completed").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_waiting_run_can_be_cancelled) {
    flow_server server(with_active_runs(1));
    flow_client& ada = server.connect(
        "ada",
        {message("t1", "/story 5 100"),
         message("t2", "hi"),
         R"({"type":"cancel","thread_id":"t2","message_id":"m_t2"})"}
    );
    server.settle();
    BOOST_TEST(ada.only("cancel_result").at("verdict").as_string() == "accepted");
    BOOST_TEST(ada.only("agent_cancelled").at("thread_id").as_string() == "t2");
    BOOST_TEST(ada.frames("agent_started").size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_of_a_user_is_closed_4503) {
    flow_server::options with;
    with.conversations.connections_per_user_max = 2;
    flow_server server(std::move(with));
    flow_client& first = server.connect("ada");
    server.connect("ada");
    flow_client& third = server.connect("ada");
    flow_client& bob = server.connect("bob");
    server.settle();
    BOOST_TEST((third.connection().close_code() == close_code::too_many_connections));
    BOOST_TEST(third.frames().empty());
    BOOST_TEST(bob.frames("welcome").size() == 1U);
    const auto records = server.failures().snapshot().records;
    BOOST_REQUIRE(records.size() == 1U);
    BOOST_TEST(records.front().connection_id.starts_with("c_"));
    clarion::support::expect_failure(
        clarion::failure::code::too_many_connections,
        server.failures(),
        {.how = clarion::failure::severity::warning,
         .of = clarion::failure::code_class::delivery,
         .about = {records.front().connection_id, {}, {}, {}},
         .detail = "too many connections",
         .from = "core/session/serve.cpp"}
    );
    first.connection().client_closes(1000);
    server.settle();
    flow_client& fourth = server.connect("ada");
    server.settle();
    BOOST_TEST(fourth.frames("welcome").size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_subscription_too_many_is_refused_and_a_known_thread_never_is) {
    flow_server::options with;
    with.conversations.subscriptions_per_connection_max = 2;
    flow_server server(std::move(with));
    flow_client& ada = server.connect(
        "ada",
        {subscribe("t1"), message("t2", "hi"), subscribe("t3"), message("t4", "hi"), subscribe("t1")
        }
    );
    server.settle();
    BOOST_TEST(ada.frames("subscribed").size() == 2U);
    BOOST_TEST(ada.frames("accepted").size() == 1U);
    BOOST_REQUIRE_EQUAL(ada.frames("error").size(), 2U);
    for (const auto& error : ada.frames("error"))
        BOOST_TEST(error.at("code").as_string() == "busy");
}

BOOST_AUTO_TEST_SUITE_END()
