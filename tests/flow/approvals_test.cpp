#include "tests/flow/approval_flow.hpp"

#include <array>

namespace clarion::flow_test {

BOOST_AUTO_TEST_SUITE(approvals)

BOOST_AUTO_TEST_CASE(an_allowed_call_is_executed_after_its_approval) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    const auto asked = payload_of(ada, "approval_requested");
    BOOST_TEST(id.starts_with("ap_"));
    BOOST_TEST(text_of(asked, "tool_name") == "guarded_tool");
    BOOST_TEST(boost::json::serialize(asked.at("arguments")) == R"({"text":"say hello"})");
    const std::int64_t day_ms = 86400000;
    const std::int64_t asked_at = ada.only("approval_requested").at("timestamp").as_int64();
    BOOST_TEST(asked.at("expires_ms").as_int64() == asked_at + day_ms);
    BOOST_TEST(ada.frames("tool_executing").empty());

    ada.sends(approve_frame(id, "allow", R"(,"id":"a1","note":"fine")"));
    server.settle();
    const auto answer = ada.only("approve_result");
    BOOST_TEST(text_of(answer, "verdict") == "resolved");
    BOOST_TEST(text_of(answer, "by") == "ada");
    BOOST_TEST(text_of(answer, "id") == "a1");
    const auto resolved = payload_of(ada, "approval_resolved");
    BOOST_TEST(text_of(resolved, "approval_id") == id);
    BOOST_TEST(text_of(resolved, "decision") == "allow");
    BOOST_TEST(text_of(resolved, "by") == "ada");
    BOOST_TEST(text_of(resolved, "note") == "fine");
    BOOST_TEST(!resolved.contains("arguments"));
    const auto executing = payload_of(ada, "tool_executing");
    BOOST_TEST(text_of(executing, "tool_call_id") == text_of(asked, "tool_call_id"));
    BOOST_TEST(executing.at("arguments") == asked.at("arguments"));
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text").ends_with("say hello"));

    std::vector<std::string> types = ada.types();
    std::erase(types, "text_delta");
    const std::vector<std::string> expected{
        "welcome",
        "accepted",
        "user_message",
        "agent_started",
        "agent_thinking",
        "approval_requested",
        "approve_result",
        "approval_resolved",
        "tool_executing",
        "tool_completed",
        "assistant_message",
        "agent_completed"
    };
    BOOST_TEST(types == expected, boost::test_tools::per_element());
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_denied_call_has_no_tool_events_and_is_an_answer_to_the_agent) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    ada.sends(approve_frame(id, "deny", R"(,"note":"too loud")"));
    server.settle();
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "resolved");
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "decision") == "deny");
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "note") == "too loud");
    BOOST_TEST(ada.frames("tool_executing").empty());
    BOOST_TEST(ada.frames("tool_completed").empty());
    BOOST_TEST(
        text_of(payload_of(ada, "assistant_message"), "text") ==
        "guarded_tool has not said \"say hello\": ada denied the call: too loud."
    );
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(edited_arguments_are_the_ones_that_are_executed) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    ada.sends(approve_frame(id, "allow", R"(,"arguments":{"text":"whisper"})"));
    server.settle();
    const auto is_edited = [&](std::string_view type) {
        return boost::json::serialize(payload_of(ada, type).at("arguments")) ==
               R"({"text":"whisper"})";
    };
    BOOST_TEST(is_edited("approval_resolved"));
    BOOST_TEST(is_edited("tool_executing"));
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text").ends_with("whisper"));
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(edited_arguments_that_the_tool_would_refuse_leave_the_approval_open) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    const std::vector<std::pair<std::string, std::string>> wrong{
        {R"({})", "/arguments/text"},
        {R"({"text":5})", "/arguments/text"},
        {R"({"text":""})", "/arguments/text"},
        {R"([])", "/arguments"},
    };
    for (const auto& [arguments, pointer] : wrong)
        ada.sends(approve_frame(id, "allow", R"(,"arguments":)" + arguments));
    server.world().run_for(milliseconds(100));
    const auto errors = ada.frames("error");
    BOOST_REQUIRE(errors.size() == wrong.size());
    for (std::size_t index = 0; index < wrong.size(); ++index) {
        BOOST_TEST(text_of(errors[index], "code") == "bad_request");
        BOOST_TEST(text_of(errors[index], "detail") == wrong[index].second);
        BOOST_TEST(!errors[index].at("retryable").as_bool());
    }
    BOOST_TEST(ada.frames("approval_resolved").empty());
    // What a deny brings along is not looked at.
    ada.sends(approve_frame(id, "deny", R"(,"arguments":{"text":5})"));
    server.settle();
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "resolved");
    BOOST_TEST(!payload_of(ada, "approval_resolved").contains("arguments"));
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(bad_edits_count_as_bad_frames) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    for (int time = 0; time < 20; ++time)
        ada.sends(approve_frame(id, "allow", R"(,"arguments":{})"));
    server.world().run_for(milliseconds(100));
    BOOST_TEST((ada.connection().close_code().value() == protocol::close_code::protocol_error));
}

BOOST_AUTO_TEST_CASE(what_is_too_large_for_an_event_is_not_taken) {
    flow_server::options with;
    with.conversations.runs.journal.event_bytes_max = 8000;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    const std::string large(7000, 'x');
    ada.sends(approve_frame(id, "allow", R"(,"arguments":{"text":")" + large + R"("})"));
    ada.sends(approve_frame(id, "deny", R"(,"note":")" + large.substr(0, 4096) + R"(")"));
    server.world().run_for(milliseconds(100));
    BOOST_TEST(text_of(ada.only("error"), "detail") == "/arguments");
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "resolved");
    server.settle();
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(an_approval_nobody_decides_expires_and_the_run_goes_on) {
    flow_server::options with;
    with.conversations.runs.journal.approval_timeout = std::chrono::seconds(90);
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    server.world().run_for(std::chrono::seconds(89));
    BOOST_TEST(ada.frames("approval_resolved").empty());
    server.world().run_for(std::chrono::seconds(2));
    const auto resolved = payload_of(ada, "approval_resolved");
    BOOST_TEST(text_of(resolved, "decision") == "expired");
    BOOST_TEST(text_of(resolved, "by") == "server");
    BOOST_TEST(
        ada.only("approval_resolved").at("timestamp").as_int64() ==
        payload_of(ada, "approval_requested").at("expires_ms").as_int64()
    );
    BOOST_TEST(ada.frames("tool_executing").empty());
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "expired");
    BOOST_TEST(text_of(ada.only("approve_result"), "by") == "server");
    check_run(ada);
}

// Both before the first decision is committed, in either order.
BOOST_AUTO_TEST_CASE(of_two_tabs_exactly_one_resolves) {
    for (const std::size_t first : {0U, 1U}) {
        BOOST_TEST_CONTEXT("tab " << first << " is first") {
            flow_server server;
            const std::array<flow_client*, 2> tabs{&server.connect("ada"), &server.connect("ada")};
            const std::string id = ask_for_approval(server, *tabs[0]);
            const std::array<std::string, 2> decisions{"allow", "deny"};
            tabs.at(first)->sends(approve_frame(id, decisions.at(first)));
            tabs.at(1 - first)->sends(approve_frame(id, decisions.at(1 - first)));
            server.settle();
            const auto won = tabs.at(first)->only("approve_result");
            const auto late = tabs.at(1 - first)->only("approve_result");
            BOOST_TEST(text_of(won, "verdict") == "resolved");
            BOOST_TEST(text_of(late, "verdict") == "already_resolved");
            BOOST_TEST(text_of(late, "by") == "ada");
            const auto resolved = payload_of(*tabs[0], "approval_resolved");
            BOOST_TEST(text_of(resolved, "decision") == decisions.at(first));
            BOOST_TEST(tabs[0]->frames("tool_executing").size() == (first == 0 ? 1U : 0U));
            BOOST_TEST(tabs[0]->event_types().back() == "agent_completed");
            check_run(*tabs[0]);
        }
    }
}

BOOST_AUTO_TEST_CASE(another_users_approval_does_not_exist) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& eve = server.connect("eve");
    const std::string id = ask_for_approval(server, ada);
    eve.sends(approve_frame(id, "allow"));
    ada.sends(approve_frame("ap_unknown", "allow"));
    server.world().run_for(milliseconds(100));
    for (const flow_client* client : {&eve, &ada}) {
        BOOST_TEST(text_of(client->only("approve_result"), "verdict") == "not_found");
        BOOST_TEST(!client->only("approve_result").contains("by"));
    }
    ada.sends(approve_frame(id, "deny"));
    eve.sends(approve_frame(id, "deny"));
    server.settle();
    BOOST_TEST(text_of(eve.frames("approve_result").at(1), "verdict") == "not_found");
    BOOST_TEST(text_of(ada.frames("approve_result").at(1), "verdict") == "resolved");
}

// Frames take effect in the order sent (PROTOCOL §1).
BOOST_AUTO_TEST_CASE(an_approval_behind_a_cancel_comes_too_late) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(text_of(ada.only("cancel_result"), "verdict") == "accepted");
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "already_resolved");
    BOOST_TEST(text_of(ada.only("approve_result"), "by") == "server");
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "decision") == "cancelled");
    BOOST_TEST(ada.frames("agent_cancelled").size() == 1U);
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_frame_of_approve_is_checked_field_by_field) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string long_id(129, 'x');
    const std::string long_note(4097, 'x');
    const std::vector<std::pair<std::string, std::string>> wrong{
        {R"({"type":"approve","decision":"allow"})", "/approval_id"},
        {R"({"type":"approve","approval_id":7,"decision":"allow"})", "/approval_id"},
        {approve_frame("", "allow"), "/approval_id"},
        {approve_frame(long_id, "allow"), "/approval_id"},
        {R"({"type":"approve","approval_id":"ap_1"})", "/decision"},
        {approve_frame("ap_1", "expired"), "/decision"},
        {approve_frame("ap_1", "allow", R"(,"arguments":"{}")"), "/arguments"},
        {approve_frame("ap_1", "allow", R"(,"note":1)"), "/note"},
        {approve_frame("ap_1", "allow", R"(,"note":")" + long_note + R"(")"), "/note"},
    };
    for (const auto& [frame, pointer] : wrong)
        ada.sends(frame);
    ada.sends(approve_frame("ap_1", "allow", R"(,"arguments":null,"note":null)"));
    server.settle();
    const auto errors = ada.frames("error");
    BOOST_REQUIRE(errors.size() == wrong.size());
    for (std::size_t index = 0; index < wrong.size(); ++index) {
        BOOST_TEST(text_of(errors[index], "code") == "bad_request");
        BOOST_TEST(text_of(errors[index], "detail") == wrong[index].second);
    }
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "not_found");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
