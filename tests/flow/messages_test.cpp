#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using clarion::milliseconds;
using clarion::support::flow_client;
using clarion::support::flow_server;

std::string message(const std::string& id, const std::string& text, const std::string& more = "") {
    return R"({"type":"message","thread_id":"t1","message_id":")" + id + R"(","text":")" + text +
           '"' + more + '}';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(the_same_message_again_returns_the_same_run) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "hi"), message("m1", "hi")});
    server.settle();
    const auto accepted = ada.frames("accepted");
    BOOST_REQUIRE_EQUAL(accepted.size(), 2U);
    BOOST_TEST(accepted[0].at("run_id") == accepted[1].at("run_id"));
    BOOST_TEST(!accepted[0].at("duplicate").as_bool());
    BOOST_TEST(accepted[1].at("duplicate").as_bool());
    BOOST_TEST(ada.frames("agent_completed").size() == 1U);
}

// Whoever lost its connection sends again and sees the run from its beginning, as the first time.
BOOST_AUTO_TEST_CASE(the_same_message_again_brings_its_run_from_its_own_event_on) {
    flow_server server;
    flow_client& first = server.connect("ada", {message("m0", "hi")});
    server.settle();
    first.sends(message("m1", "/story 20 10"));
    server.world().run_for(milliseconds(150));
    first.connection().client_vanishes();
    server.world().run_for(milliseconds(10));
    flow_client& again = server.connect("ada", {message("m1", "/story 20 10")});
    server.settle();
    BOOST_TEST(again.only("accepted").at("duplicate").as_bool());
    auto expected = again.only("accepted").at("seq").to_number<std::int64_t>();
    BOOST_TEST(again.only("user_message").at("seq").to_number<std::int64_t>() == expected);
    for (const auto& frame : again.frames())
        if (frame.contains("payload"))
            BOOST_TEST(frame.at("seq").to_number<std::int64_t>() == expected++);
    BOOST_TEST(again.frames("agent_completed").size() == 1U);
    BOOST_TEST(again.frames("caught_up").empty());
    BOOST_TEST(again.frames("subscribed").empty());
}

BOOST_AUTO_TEST_CASE(the_same_metadata_may_be_written_in_another_way) {
    const std::string one = R"(,"metadata":{"a":1,"b":[true,{"x":0.5,"y":"é"}]})";
    const std::string other = R"(,"metadata":{"b":[true,{"y":"\u00e9","x":5e-1}],"a":1.0})";
    const std::string wrong = R"(,"metadata":{"a":2,"b":[true,{"x":0.5,"y":"é"}]})";
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "hi", one), message("m1", "hi", other), message("m1", "hi", wrong)}
    );
    server.settle();
    BOOST_TEST(ada.frames("accepted").size() == 2U);
    BOOST_TEST(ada.only("error").at("code").as_string() == "conflict");
}

BOOST_AUTO_TEST_CASE(the_same_id_with_other_content_is_a_conflict) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "hi"), message("m1", "ho")});
    server.settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "conflict");
    BOOST_TEST(ada.frames("user_message").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_second_message_waits_in_line_and_runs_then) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "/story 5 100"), message("m2", "hi")});
    server.settle();
    BOOST_TEST(ada.frames("accepted")[1].at("state").as_string() == "queued");
    BOOST_TEST(ada.only("run_queued").at("payload").at("position").to_number<int>() == 1);
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
    const auto started = ada.frames("agent_started");
    const auto completed = ada.frames("agent_completed");
    BOOST_TEST(started[1].at("seq").to_number<int>() > completed[0].at("seq").to_number<int>());
}

BOOST_AUTO_TEST_CASE(a_full_line_is_busy_and_a_known_message_is_answered_all_the_same) {
    flow_server::options with;
    with.conversations.queued_runs_max = 2;
    flow_server server(std::move(with));
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "/story 5 100"),
         message("m2", "a"),
         message("m3", "b"),
         message("m4", "c"),
         message("m2", "a")}
    );
    server.settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "busy");
    BOOST_TEST(ada.only("error").at("retryable").as_bool());
    BOOST_TEST(ada.frames("accepted").back().at("duplicate").as_bool());
    BOOST_TEST(ada.frames("agent_completed").size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_queued_run_can_be_cancelled_and_ends_by_a_lone_terminal) {
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "/story 5 100"),
         message("m2", "never"),
         R"({"type":"cancel","thread_id":"t1","message_id":"m2"})"}
    );
    server.settle();
    BOOST_TEST(ada.only("cancel_result").at("verdict").as_string() == "accepted");
    const auto cancelled = ada.only("agent_cancelled");
    const auto census = cancelled.at("payload").at("census").as_object();
    BOOST_TEST(census.at("first_seq").to_number<int>() == 0);
    BOOST_TEST(census.at("text_sha256").as_string() == "");
    BOOST_TEST(ada.frames("agent_started").size() == 1U);
    BOOST_TEST(ada.frames("agent_completed").size() == 1U);
}

BOOST_AUTO_TEST_CASE(too_many_messages_within_a_minute_are_rate_limited) {
    flow_server::options with;
    with.conversations.messages_per_minute = 2;
    with.conversations.queued_runs_max = 0;
    flow_server server(std::move(with));
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "a"), message("m2", "b"), message("m3", "c"), message("m1", "a")}
    );
    server.settle();
    const auto error = ada.only("error");
    BOOST_TEST(error.at("code").as_string() == "rate_limited");
    BOOST_TEST(error.at("retry_after_ms").to_number<int>() > 0);
    BOOST_TEST(ada.frames("accepted").size() == 3U);
    server.world().run_for(std::chrono::seconds(60));
    ada.sends(message("m3", "c"));
    server.settle();
    BOOST_TEST(ada.frames("accepted").size() == 4U);
}

BOOST_AUTO_TEST_CASE(an_unknown_agent_is_not_found_and_a_long_text_is_too_large) {
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "a", R"(,"agent":"nobody")"), message("m2", std::string(32769, 'x'))}
    );
    server.settle();
    BOOST_TEST(ada.frames("error")[0].at("code").as_string() == "not_found");
    BOOST_TEST(ada.frames("error")[1].at("code").as_string() == "too_large");
    BOOST_TEST(ada.event_types().empty());
}

BOOST_AUTO_TEST_CASE(welcome_names_the_runs_that_are_active) {
    flow_server server;
    flow_client& first = server.connect("ada", {message("m1", "/story 5 100"), message("m2", "x")});
    server.world().run_for(milliseconds(100));
    flow_client& second = server.connect("ada");
    flow_client& bob = server.connect("bob");
    server.world().run_for(milliseconds(10));
    const auto active = second.only("welcome").at("active_runs").as_array();
    BOOST_REQUIRE_EQUAL(active.size(), 2U);
    BOOST_TEST(active[0].at("state").as_string() == "running");
    BOOST_TEST(active[1].at("state").as_string() == "queued");
    BOOST_TEST(active[0].at("run_id") == first.frames("accepted")[0].at("run_id"));
    BOOST_TEST(bob.only("welcome").at("active_runs").as_array().empty());
}

BOOST_AUTO_TEST_CASE(frames_are_answered_in_the_order_sent) {
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "hi"), R"({"type":"ping","id":"p"})", message("m2", "ho")}
    );
    server.settle();
    std::string answers;
    for (const std::string& type : ada.types())
        if (type == "accepted" || type == "pong")
            answers += type + ' ';
    BOOST_TEST(answers == "accepted pong accepted ");
}

BOOST_AUTO_TEST_SUITE_END()
