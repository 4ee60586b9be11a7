// A run that waits for a person: its state, its deadline, and every way in which it can end.
#include "core/async/first_of.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/faulty_log.hpp"

#include <algorithm>
#include <stdexcept>

namespace clarion::flow_test {

namespace {

using agents::completed;
using agents::outcome;
using agents::tool_call;
using agents::tool_dispatcher;
using engine::bridge;
using engine::request_scope;
using std::chrono::hours;
using std::chrono::seconds;

const tool_call guarded{"guarded_tool", {R"({"text":"go"})"}};
const tool_call sleeping{"sleeping_tool", {"{}"}};  // ends as a time-out after 2 s

flow_client& ask_scripted_and_wait(flow_server& server) {
    flow_client& ada = ask_scripted(server);
    server.world().run_for(milliseconds(100));
    return ada;
}

task<outcome> call_both(const request_scope&, bridge& out, tool_dispatcher& tools) {
    protocol::agent_thinking thought{"scripted", 1, "a plan", std::nullopt};
    (void)co_await out.emit(std::move(thought));
    (void)co_await out.delta("scripted", "m_x", "half a sen");
    std::vector<tool_call> calls{guarded, sleeping};
    (void)co_await tools.call(std::move(calls));
    co_return outcome(completed{});
}

// Leaves its call behind while the approval is open.
task<> give_up_on_call(tool_dispatcher& tools) {
    const executor on = co_await asio::this_coro::executor;
    std::vector<tool_call> calls{guarded};
    (void)co_await before(on.owner().now() + seconds(5), tools.call(std::move(calls)));
}

task<outcome> return_early(const request_scope&, bridge&, tool_dispatcher& tools) {
    co_await give_up_on_call(tools);
    co_return outcome(completed{});
}

task<outcome> throw_early(const request_scope&, bridge&, tool_dispatcher& tools) {
    co_await give_up_on_call(tools);
    throw std::runtime_error("boom");
}

task<outcome> call_then_sleep(const request_scope&, bridge&, tool_dispatcher& tools) {
    std::vector<tool_call> calls{guarded};
    (void)co_await tools.call(std::move(calls));
    co_await sleep_for(hours(1));
    co_return outcome(completed{});
}

std::vector<std::string> last_types(const flow_client& client, std::size_t count) {
    const auto types = client.event_types();
    return {types.end() - static_cast<std::ptrdiff_t>(std::min(count, types.size())), types.end()};
}

void check_cancelled_by_server(const flow_client& client) {
    BOOST_TEST(text_of(payload_of(client, "approval_resolved"), "decision") == "cancelled");
    BOOST_TEST(text_of(payload_of(client, "approval_resolved"), "by") == "server");
    BOOST_TEST(client.frames("tool_executing").empty());
    check_run(client);
}

void check_late_answer(flow_server& server, flow_client& client) {
    client.sends(approve_frame(approval_id_of(client), "allow"));
    server.world().run_for(milliseconds(100));
    BOOST_TEST(text_of(client.only("approve_result"), "verdict") == "already_resolved");
    BOOST_TEST(text_of(client.only("approve_result"), "by") == "server");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(suspended_run)

BOOST_AUTO_TEST_CASE(the_state_is_suspended_while_a_person_is_waited_for_and_only_then) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    const std::string id = ask_for_approval(server, ada);
    BOOST_TEST(stored_state(server) == "suspended");
    BOOST_TEST(welcomed_state(server) == "suspended");
    // PROTOCOL §3: `accepted` knows running, queued and finished.
    ada.asks("m1", "/approve say hello");
    ada.asks("m2", "/hang");
    server.world().run_for(milliseconds(100));
    BOOST_TEST(text_of(ada.frames("accepted").at(1), "state") == "running");
    BOOST_TEST(text_of(ada.frames("accepted").at(2), "state") == "queued");

    ada.sends(approve_frame(id, "allow"));
    server.world().run_for(milliseconds(500));
    BOOST_TEST(stored_state(server) == "running");
    BOOST_TEST(welcomed_state(server) == "running");
    server.settle();
    BOOST_TEST(stored_state(server) == "finished");
}

BOOST_AUTO_TEST_CASE(a_run_with_a_tool_at_work_is_not_suspended_until_that_has_ended) {
    flow_server server(with_script(call_both));
    flow_client& ada = ask_scripted_and_wait(server);
    BOOST_TEST(ada.frames("approval_requested").size() == 1U);
    BOOST_TEST(ada.frames("tool_executing").size() == 1U);
    BOOST_TEST(stored_state(server) == "running");
    BOOST_TEST(welcomed_state(server) == "running");
    server.world().run_for(milliseconds(2000));
    BOOST_TEST(ada.event_types().back() == "tool_completed");
    BOOST_TEST(stored_state(server) == "suspended");
    ada.sends(approve_frame(approval_id_of(ada), "allow"));
    server.settle();
    BOOST_TEST(ada.frames("tool_completed").size() == 2U);
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(the_deadline_stands_still_while_the_run_is_suspended) {
    flow_server::options with = with_script(call_then_sleep);
    with.conversations.runs.deadline = seconds(3);
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted_and_wait(server);
    server.world().run_for(hours(20));
    BOOST_TEST(ada.event_types().back() == "approval_requested");
    ada.sends(approve_frame(approval_id_of(ada), "allow"));
    server.world().run_for(milliseconds(2800));
    BOOST_TEST(ada.event_types().back() == "tool_completed");
    server.world().run_for(milliseconds(1000));
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "deadline");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_deadline_passed_beside_an_open_approval_resolves_it_first) {
    flow_server::options with = with_script(call_both);
    with.conversations.runs.deadline = seconds(1);
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted_and_wait(server);
    server.world().run_for(seconds(2));
    const std::vector<std::string> expected{
        "approval_resolved",
        "tool_completed",
        "assistant_message",
        "agent_error"
    };
    BOOST_TEST(last_types(ada, 4) == expected, boost::test_tools::per_element());
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "deadline");
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "decision") == "cancelled");
    check_run(ada);
    check_late_answer(server, ada);
}

BOOST_AUTO_TEST_CASE(cancelling_it_resolves_its_approval_before_the_terminal) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ask_for_approval(server, ada);
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    server.world().run_for(milliseconds(100));
    BOOST_TEST(text_of(ada.only("cancel_result"), "verdict") == "accepted");
    const std::vector<std::string> expected{"approval_resolved", "agent_cancelled"};
    BOOST_TEST(last_types(ada, 2) == expected, boost::test_tools::per_element());
    BOOST_TEST(text_of(payload_of(ada, "agent_cancelled"), "reason") == "user");
    check_cancelled_by_server(ada);
    check_late_answer(server, ada);
    BOOST_TEST(stored_state(server) == "finished");
}

// Whoever is first, the decision that is committed is the one that is told.
BOOST_AUTO_TEST_CASE(a_cancel_and_a_decision_at_once_end_in_one_of_both) {
    for (const bool cancel_first : {true, false}) {
        BOOST_TEST_CONTEXT("cancelled first: " << cancel_first) {
            flow_server server;
            flow_client& one = server.connect("ada");
            flow_client& two = server.connect("ada");
            const std::string id = ask_for_approval(server, one);
            if (!cancel_first)
                two.sends(approve_frame(id, "allow"));
            one.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
            if (cancel_first)
                two.sends(approve_frame(id, "allow"));
            server.world().run_for(seconds(1));
            const std::string decision = text_of(payload_of(one, "approval_resolved"), "decision");
            const std::string verdict = text_of(two.only("approve_result"), "verdict");
            BOOST_TEST((decision == "allow") == (verdict == "resolved"));
            BOOST_TEST((decision == "cancelled") == (verdict == "already_resolved"));
            BOOST_TEST(one.event_types().back() == "agent_cancelled");
            check_run(one);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_agent_that_returns_or_throws_leaves_no_approval_open) {
    flow_server returning(with_script(return_early));
    flow_client& one = ask_scripted_and_wait(returning);
    returning.world().run_for(seconds(10));
    BOOST_TEST(one.event_types().back() == "agent_completed");
    check_cancelled_by_server(one);
    check_late_answer(returning, one);

    flow_server throwing(with_script(throw_early));
    flow_client& other = ask_scripted_and_wait(throwing);
    throwing.world().run_for(seconds(10));
    const std::vector<std::string> expected{"approval_resolved", "agent_error"};
    BOOST_TEST(last_types(other, 2) == expected, boost::test_tools::per_element());
    BOOST_TEST(text_of(payload_of(other, "agent_error"), "code") == "internal");
    check_cancelled_by_server(other);
}

// Its agent cannot go on in another process: it ends with this one.
BOOST_AUTO_TEST_CASE(a_drain_ends_a_suspended_run_that_nobody_could_take_up) {
    flow_server server(with_script(call_then_sleep));
    flow_client& ada = ask_scripted_and_wait(server);
    const time_point begin = server.world().now();
    server.run(server.home().drain(seconds(20)));
    BOOST_TEST((server.world().now() - begin < seconds(1)));
    BOOST_TEST(text_of(payload_of(ada, "agent_cancelled"), "reason") == "shutdown");
    check_cancelled_by_server(ada);
}

BOOST_AUTO_TEST_CASE(a_lost_process_ends_a_suspended_run_that_nobody_can_take_up) {
    storage::memory_event_log log;
    std::string id;
    {
        auto lost = std::make_unique<flow_server>([&] {
            flow_server::options with = with_script(call_then_sleep);
            with.log = &log;
            return with;
        }());
        id = approval_id_of(ask_scripted_and_wait(*lost));
        BOOST_TEST(stored_state(*lost) == "suspended");
        kill(std::move(lost));
    }
    flow_server::options with = with_script(call_then_sleep);
    with.log = &log;
    flow_server server(std::move(with));
    server.revive();
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    const std::vector<std::string> expected{"approval_resolved", "agent_error"};
    BOOST_TEST(last_types(ada, 2) == expected, boost::test_tools::per_element());
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "process_lost");
    check_cancelled_by_server(ada);
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "not_found");
    BOOST_TEST(stored_state(server) == "finished");
}

BOOST_AUTO_TEST_CASE(a_process_lost_with_all_kinds_of_work_open_closes_them_in_order) {
    storage::memory_event_log log;
    {
        auto lost = std::make_unique<flow_server>([&] {
            flow_server::options with = with_script(call_both);
            with.log = &log;
            return with;
        }());
        ask_scripted_and_wait(*lost);
        kill(std::move(lost));
    }
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    server.revive();
    flow_client& ada = server.connect("ada", {from_start});
    server.settle();
    const std::vector<std::string> expected{
        "approval_resolved",
        "tool_completed",
        "assistant_message",
        "agent_error"
    };
    BOOST_TEST(last_types(ada, 4) == expected, boost::test_tools::per_element());
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text") == "half a sen");
    check_run(ada);
}

// The disk is full when the decision is to be written: whoever sent it is told, and the run is
// sealed once there is room.
BOOST_AUTO_TEST_CASE(a_decision_that_cannot_be_stored_is_told_and_never_half_taken) {
    support::faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& one = server.connect("ada");
    flow_client& two = server.connect("ada");
    const std::string id = ask_for_approval(server, one);
    log.fill_after(0);
    one.sends(approve_frame(id, "allow"));
    two.sends(approve_frame(id, "allow"));
    server.world().run_for(milliseconds(500));
    BOOST_TEST(text_of(two.only("error"), "code") == "storage_unavailable");
    for (const auto& error : one.frames("error"))
        BOOST_TEST(text_of(error, "code") == "storage_unavailable");
    BOOST_TEST(one.frames("error").size() == 2U);  // the decision's, and the run's
    BOOST_TEST(one.frames("approval_resolved").empty());
    log.make_room();
    server.world().run_for(seconds(3));
    BOOST_TEST(text_of(payload_of(one, "agent_error"), "code") == "storage_unavailable");
    check_cancelled_by_server(one);
    one.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(text_of(one.only("approve_result"), "verdict") == "not_found");
}

// The disk is full when another call of the same run ends: nobody is left waiting.
BOOST_AUTO_TEST_CASE(a_run_that_is_refused_does_not_wait_for_its_approvals) {
    support::faulty_log log;
    flow_server::options with = with_script(call_both);
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted_and_wait(server);
    log.fill_after(0);
    server.world().run_for(seconds(3));
    BOOST_TEST(text_of(ada.only("error"), "code") == "storage_unavailable");
    log.make_room();
    server.world().run_for(seconds(3));
    BOOST_TEST(ada.event_types().back() == "agent_error");
    check_run(ada);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
