#include "tools/clarion-chat/dialogue.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

using namespace clarion::chat;
namespace json = boost::json;

namespace {

std::string frame_of_event(const std::string& type, int seq, const std::string& payload) {
    return R"({"type":")" + type + R"(","thread_id":"t","run_id":"r1","epoch":"e1","seq":)" +
           std::to_string(seq) + R"(,"timestamp":1,"critical":true,"payload":)" + payload + "}";
}

/// A dialogue that is connected and subscribed to an empty thread.
struct connected {
    explicit connected(attendance attended = attendance::person)
        : talk({"t", output_form::words, rendering::plain, attended}) {
        greeting = talk.hear(
            R"({"type":"welcome","connection_id":"c","user_id":"ada","protocol":"clarion.v1",)"
            R"("server":"clarion/1","heartbeat":{"interval_ms":1,"timeout_ms":1},"limits":)"
            R"({"frame_bytes_max":5000,"message_bytes_max":400,"messages_per_minute":1,)"
            R"("queued_runs_max":1},"agents":[{"name":"demo","description":"","default":true,)"
            R"("available":true}]})"
        );
        const json::object asked = json::parse(greeting.send.at(0)).as_object();
        talk.hear(
            R"({"type":"subscribed","id":")" + std::string(asked.at("id").as_string()) +
            R"(","thread_id":"t","epoch":"","seq":0,"recovered":true})"
        );
    }

    /// A run of somebody's whose tool waits.
    reaction ask_approval(int seq, const std::string& approval_id) {
        return talk.hear(frame_of_event(
            "approval_requested",
            seq,
            R"({"approval_id":")" + approval_id +
                R"(","tool_call_id":"c1","tool_name":"rm","arguments":{},"expires_ms":1})"
        ));
    }

    dialogue talk;
    reaction greeting;
};

json::object only_frame(const reaction& what) {
    BOOST_REQUIRE(what.send.size() == 1U);
    return json::parse(what.send.front()).as_object();
}

std::string only_notice(const reaction& what) {
    BOOST_REQUIRE(what.notices.size() == 1U);
    return what.notices.front();
}

typed::decision allow(const std::string& note) {
    return {typed::decision::verdict::allow, note};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialogue_asides)

BOOST_AUTO_TEST_CASE(a_person_is_greeted_once_and_a_script_is_not) {
    connected person;
    BOOST_TEST(
        only_notice(person.greeting) ==
        "connected to clarion/1 as ada, thread t; :help lists what can be typed"
    );
    const connected script(attendance::script);
    BOOST_TEST(script.greeting.notices.empty());
}

BOOST_AUTO_TEST_CASE(the_approval_that_waits_longest_is_decided_with_its_note) {
    connected at;
    BOOST_TEST(only_notice(at.talk.decide(allow(""))) == "nothing waits for a decision");
    BOOST_TEST(
        only_notice(at.ask_approval(1, "a1")) == "rm waits for you: :allow [NOTE] or :deny [NOTE]"
    );
    at.ask_approval(2, "a2");
    const json::object first = only_frame(at.talk.decide(allow("once")));
    BOOST_TEST(first.at("type").as_string() == "approve");
    BOOST_TEST(first.at("approval_id").as_string() == "a1");
    BOOST_TEST(first.at("decision").as_string() == "allow");
    BOOST_TEST(first.at("note").as_string() == "once");
    at.talk.hear(frame_of_event(
        "approval_resolved",
        3,
        R"({"approval_id":"a1","decision":"allow","by":"ada"})"
    ));
    const json::object second = only_frame(at.talk.decide({typed::decision::verdict::deny, ""}));
    BOOST_TEST(second.at("approval_id").as_string() == "a2");
    BOOST_TEST(second.at("decision").as_string() == "deny");
    BOOST_TEST(!second.contains("note"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_run_ends_its_approvals) {
    connected at;
    at.ask_approval(1, "a1");
    BOOST_TEST(at.talk.has_open_approval());
    at.talk.hear(frame_of_event("agent_cancelled", 2, "{}"));
    BOOST_TEST(!at.talk.has_open_approval());
}

BOOST_AUTO_TEST_CASE(where_nobody_can_be_asked_it_is_said_what_is_waited_for) {
    connected at(attendance::script);
    BOOST_TEST(
        only_notice(at.ask_approval(1, "a1")) ==
        "rm waits for approval a1: decide it in the page, or with clarion-chat --thread t"
    );
}

BOOST_AUTO_TEST_CASE(an_approval_outlives_the_connection_and_is_told_again) {
    connected at;
    at.ask_approval(1, "a1");
    at.talk.connection_lost(0);
    BOOST_TEST(only_notice(at.talk.decide(allow(""))).find("not connected") == 0U);
    BOOST_TEST(at.talk.has_open_approval());
}

BOOST_AUTO_TEST_CASE(a_decision_that_came_to_nothing_is_told) {
    connected at;
    const std::pair<std::string, std::string> rows[] = {
        {R"("already_resolved","by":"bob")", "it has been decided already by bob"},
        {R"("expired")", "too late: the approval has expired"},
        {R"("not_found")", "there is no such approval any more"},
    };
    for (const auto& [verdict, words] : rows) {
        const std::string frame = R"({"type":"approve_result","id":"a1","verdict":)" + verdict;
        BOOST_TEST(only_notice(at.talk.hear(frame + "}")) == words);
    }
    const reaction done = at.talk.hear(R"({"type":"approve_result","verdict":"resolved"})");
    BOOST_TEST(done.notices.empty());
}

BOOST_AUTO_TEST_CASE(threads_are_asked_for_and_listed) {
    connected at;
    const json::object asked = only_frame(at.talk.list_threads());
    BOOST_TEST(asked.at("type").as_string() == "threads");
    const reaction listed = at.talk.hear(
        R"({"type":"threads","threads":[{"thread_id":"work","title":"Sums\u001b[2J","seq":9,)"
        R"("updated_ms":1790000000123,"active_run":{"run_id":"r","state":"running"}},)"
        R"({"thread_id":"b","title":"","seq":1,"updated_ms":1,"active_run":null}],"next":"n"})"
    );
    BOOST_TEST(listed.print.find("work  2026-") == 0U);
    BOOST_TEST(listed.print.find("  [running]  Sums[2J\n") != std::string::npos);
    BOOST_TEST(listed.print.find("\nb  19") != std::string::npos);
    BOOST_TEST(listed.print.ends_with("… and older ones\n"));
    const reaction none = at.talk.hear(R"({"type":"threads","threads":[]})");
    BOOST_TEST(none.print == "there is no thread yet\n");
}

BOOST_AUTO_TEST_CASE(another_thread_is_followed_live_and_the_first_no_longer) {
    connected at;
    at.talk.hear(frame_of_event("user_message", 1, R"({"message_id":"x","text":"hi"})"));
    const reaction changed = at.talk.change_thread("u");
    BOOST_REQUIRE(changed.send.size() == 2U);
    const json::object left = json::parse(changed.send[0]).as_object();
    BOOST_TEST(left.at("type").as_string() == "unsubscribe");
    BOOST_TEST(left.at("thread_id").as_string() == "t");
    const json::object entered = json::parse(changed.send[1]).as_object();
    BOOST_TEST(entered.at("thread_id").as_string() == "u");
    BOOST_TEST(!entered.contains("since"));
    BOOST_TEST(only_notice(changed) == "now in thread u");
    BOOST_TEST(at.talk.hear(frame_of_event("agent_completed", 2, "{}")).print.empty());
}

BOOST_AUTO_TEST_CASE(only_the_end_of_another_threads_run_is_news) {
    connected at;
    const std::string changed =
        R"({"type":"thread_changed","thread_id":"other","seq":3,"title":"Sums","updated_ms":1)";
    BOOST_TEST(only_notice(at.talk.hear(changed + "}")) == "news in thread other: Sums");
    const std::string working = R"(,"active_run":{"run_id":"r","state":"running"}})";
    BOOST_TEST(at.talk.hear(changed + working).notices.empty());
    connected script(attendance::script);
    BOOST_TEST(script.talk.hear(changed + "}").notices.empty());
}

BOOST_AUTO_TEST_CASE(an_agent_that_goes_and_comes_is_told_once_each) {
    connected at;
    const std::string card = R"({"type":"agents","agents":[{"name":"demo","available":)";
    BOOST_TEST(
        only_notice(at.talk.hear(card + R"(false,"reason":"no model"}]})")) ==
        "agent demo is not available: no model"
    );
    BOOST_TEST(at.talk.hear(card + "false}]}").notices.empty());
    BOOST_TEST(only_notice(at.talk.hear(card + "true}]}")) == "agent demo is available again");
    BOOST_TEST(at.talk.hear(card + "true}]}").notices.empty());
}

BOOST_AUTO_TEST_CASE(a_token_about_to_expire_and_a_server_about_to_go_are_told) {
    connected at;
    const reaction expiring =
        at.talk.hear(R"({"type":"token_expiring","expires_ms":1790000000123})");
    BOOST_TEST(only_notice(expiring).find("the token expires at 2026-") == 0U);
    BOOST_TEST(only_notice(expiring).find("--token") != std::string::npos);
    const reaction going =
        at.talk.hear(R"({"type":"going_away","reason":"shutdown","reconnect_after_ms":70})");
    BOOST_TEST(only_notice(going) == "the server is going away (shutdown)");
    BOOST_TEST((at.talk.take_reconnect_after_ms() == 70));
}

BOOST_AUTO_TEST_CASE(the_activity_is_the_messages_own) {
    connected at;
    BOOST_TEST(at.talk.activity().empty());
    at.talk.say("m1", "hi");
    BOOST_TEST(at.talk.activity() == "sending…");
    at.talk.hear(frame_of_event("user_message", 1, R"({"message_id":"m1","text":"hi"})"));
    at.talk.hear(frame_of_event("agent_started", 2, R"({"agent_name":"demo"})"));
    BOOST_TEST(at.talk.activity() == "demo is thinking…");
    at.ask_approval(3, "a1");
    BOOST_TEST(at.talk.activity().empty());
    at.talk.connection_lost(0);
    BOOST_TEST(at.talk.activity().empty());
}

BOOST_AUTO_TEST_SUITE_END()
