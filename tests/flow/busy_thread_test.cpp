#include "tests/support/flow_server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using clarion::support::flow_client;
using clarion::support::flow_server;

std::string message(const std::string& id, const std::string& text, const std::string& on_busy) {
    return R"({"type":"message","thread_id":"t1","message_id":")" + id + R"(","text":")" + text +
           R"(","on_busy":")" + on_busy + R"("})";
}

/// The message ids of started runs, in the order in which they began.
std::vector<std::string> started(const flow_client& client) {
    std::vector<std::string> ids;
    for (const auto& frame : client.frames("agent_started"))
        ids.emplace_back(frame.at("payload").at("message_id").as_string());
    return ids;
}

std::string reason_of(const boost::json::object& cancelled) {
    return std::string(cancelled.at("payload").at("reason").as_string());
}

using ids = std::vector<std::string>;

// What /search found, told by the tool.
std::string found_by(const flow_client& client) {
    return boost::json::serialize(client.only("tool_completed").at("payload").at("result"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(busy_thread)

BOOST_AUTO_TEST_CASE(interrupt_ends_the_active_run_and_goes_ahead_of_the_line) {
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "/story 50 100", "enqueue"),
         message("m2", "in line", "enqueue"),
         message("m3", "at once", "interrupt")}
    );
    server.settle();
    BOOST_TEST((started(ada) == ids{"m1", "m3", "m2"}));
    BOOST_TEST(reason_of(ada.only("agent_cancelled")) == "interrupted");
    BOOST_TEST(ada.frames("accepted")[2].at("state").as_string() == "queued");
    BOOST_TEST(ada.frames("run_queued")[1].at("payload").at("position").to_number<int>() == 1);
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_partial_output_of_an_interrupted_run_stays) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "/story 50 100", "enqueue")});
    server.settle([&ada] { return ada.frames("text_delta").size() >= 3; });
    ada.sends(message("m2", "hi", "interrupt"));
    server.settle();
    const auto texts = ada.frames("assistant_message");
    BOOST_REQUIRE_EQUAL(texts.size(), 2U);
    BOOST_TEST(std::string(texts[0].at("payload").at("text").as_string()).starts_with("word-1 "));
}

BOOST_AUTO_TEST_CASE(of_several_interrupts_the_last_is_next) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "/story 50 100", "enqueue")});
    server.settle([&ada] { return !ada.frames("text_delta").empty(); });
    ada.sends(message("m2", "one", "interrupt"));
    ada.sends(message("m3", "two", "interrupt"));
    server.settle();
    BOOST_TEST(ada.frames("agent_completed").size() + ada.frames("agent_cancelled").size() == 3U);
    BOOST_TEST(started(ada).back() != "m1");
    BOOST_TEST(reason_of(ada.frames("agent_cancelled").front()) == "interrupted");
}

BOOST_AUTO_TEST_CASE(an_interrupt_on_an_idle_thread_runs_at_once) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "hi", "interrupt")});
    server.settle();
    BOOST_TEST(ada.only("accepted").at("state").as_string() == "running");
    BOOST_TEST(ada.frames("agent_cancelled").empty());
}

BOOST_AUTO_TEST_CASE(a_known_message_interrupts_nothing) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "hi", "enqueue")});
    server.settle();
    ada.sends(message("m2", "/story 5 100", "enqueue"));
    ada.sends(message("m1", "hi", "interrupt"));
    server.settle();
    BOOST_TEST(ada.frames("agent_cancelled").empty());
    BOOST_TEST(ada.frames("accepted")[2].at("duplicate").as_bool());
}

BOOST_AUTO_TEST_CASE(what_was_interrupted_is_past_and_what_was_rolled_back_is_not) {
    for (const char* on_busy : {"interrupt", "rollback"}) {
        flow_server server;
        flow_client& ada = server.connect("ada", {message("m1", "/story 50 100", "enqueue")});
        server.settle([&ada] { return ada.frames("text_delta").size() >= 3; });
        ada.sends(message("m2", "/search word-1", on_busy));
        server.settle();
        const bool is_rollback = on_busy == std::string("rollback");
        BOOST_TEST(
            reason_of(ada.only("agent_cancelled")) == (is_rollback ? "rolled_back" : "interrupted")
        );
        BOOST_TEST((found_by(ada).find("word-2") == std::string::npos) == is_rollback);
        // The log keeps it all.
        BOOST_TEST(ada.frames("user_message").size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(a_rolled_back_users_message_is_hidden_too) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message("m1", "/story 50 100", "enqueue")});
    server.settle([&ada] { return ada.frames("text_delta").size() >= 3; });
    ada.sends(message("m2", "/search story", "rollback"));
    server.settle();
    BOOST_TEST(found_by(ada).find("/story 50") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_queued_run_sees_the_answers_given_while_it_waited) {
    flow_server server;
    flow_client& ada = server.connect(
        "ada",
        {message("m1", "/story 5 100", "enqueue"), message("m2", "/search word-4", "enqueue")}
    );
    server.settle();
    BOOST_TEST(found_by(ada).find("word-4 word-5") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
