// A run that waits for a person is kept in the log: it outlives its engine, its process, a drain.
#include "core/agents/model/model_agent.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/support/scripted_models.hpp"

#include <algorithm>
#include <memory>

namespace clarion::flow_test {

namespace {

using std::chrono::hours;
using std::chrono::seconds;
using support::scripted_models;

flow_server::options on(storage::event_log& log) {
    flow_server::options with;
    with.log = &log;
    return with;
}

flow_server::options on(storage::event_log& log, scripted_models& models) {
    agents::model::model_agent_settings settings;
    settings.name = "modelled";
    settings.model = "m";
    settings.tools = {"guarded_tool", "calculator"};
    flow_server::options with = on(log);
    with.extra_agent = std::make_unique<agents::model::model_agent>(std::move(settings), models);
    return with;
}

const std::string ask_modelled =
    R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"modelled"})";

/// The demo's approval asked for by a process that is then gone.
std::string lose_waiting(storage::event_log& log) {
    auto lost = std::make_unique<flow_server>(on(log));
    const std::string id = ask_for_approval(*lost, lost->connect("ada"));
    BOOST_TEST(stored_state(*lost) == "suspended");
    kill(std::move(lost));
    return id;
}

std::size_t count_of(const flow_client& client, std::string_view type) {
    return client.frames(type).size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_run)

BOOST_AUTO_TEST_CASE(a_run_whose_process_was_lost_goes_on_when_it_is_allowed) {
    storage::memory_event_log log;
    const std::string id = lose_waiting(log);
    flow_server server(on(log));
    server.revive_for(seconds(1));
    BOOST_TEST(stored_state(server) == "suspended");
    BOOST_TEST(welcomed_state(server) == "suspended");
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(text_of(ada.only("approve_result"), "verdict") == "resolved");
    BOOST_TEST(count_of(ada, "agent_started") == 1U);
    BOOST_TEST(count_of(ada, "tool_executing") == 1U);
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text").ends_with("say hello"));
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
    BOOST_TEST(stored_state(server) == "finished");
}

BOOST_AUTO_TEST_CASE(it_goes_on_when_it_is_denied_or_edited_too) {
    storage::memory_event_log log;
    const std::string denied = lose_waiting(log);
    {
        flow_server server(on(log));
        server.revive_for(seconds(1));
        flow_client& ada = server.connect("ada", {from_start});
        ada.sends(approve_frame(denied, "deny", R"(,"note":"no")"));
        server.settle();
        BOOST_TEST(ada.frames("tool_executing").empty());
        BOOST_TEST(
            text_of(payload_of(ada, "assistant_message"), "text") ==
            "guarded_tool has not said \"say hello\": ada denied the call: no."
        );
        check_run(ada);
    }
    storage::memory_event_log other;
    const std::string edited = lose_waiting(other);
    flow_server server(on(other));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    // What the tool would refuse is refused by this process as well.
    ada.sends(approve_frame(edited, "allow", R"(,"arguments":{"text":5})"));
    ada.sends(approve_frame(edited, "allow", R"(,"arguments":{"text":"whisper"})"));
    server.settle();
    BOOST_TEST(text_of(ada.only("error"), "detail") == "/arguments/text");
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text").ends_with("whisper"));
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(it_is_resolved_once_from_whichever_tab) {
    storage::memory_event_log log;
    const std::string id = lose_waiting(log);
    flow_server server(on(log));
    server.revive_for(seconds(1));
    flow_client& one = server.connect("ada", {from_start});
    flow_client& two = server.connect("ada", {from_start});
    server.world().run_for(milliseconds(50));
    one.sends(approve_frame(id, "allow"));
    two.sends(approve_frame(id, "deny"));
    server.settle();
    const std::string first = text_of(one.only("approve_result"), "verdict");
    const std::string second = text_of(two.only("approve_result"), "verdict");
    BOOST_TEST((first == "resolved") != (second == "resolved"));
    BOOST_TEST((first == "already_resolved") != (second == "already_resolved"));
    BOOST_TEST(count_of(one, "approval_resolved") == 1U);
    check_run(one);
}

BOOST_AUTO_TEST_CASE(it_expires_when_it_would_have_without_the_restart) {
    storage::memory_event_log log;
    (void)lose_waiting(log);
    flow_server server(on(log));
    server.revive_for(hours(23));
    flow_client& ada = server.connect("ada", {from_start});
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("approval_resolved").empty());
    server.world().run_for(hours(2));
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "decision") == "expired");
    BOOST_TEST(
        ada.only("approval_resolved").at("timestamp").as_int64() ==
        payload_of(ada, "approval_requested").at("expires_ms").as_int64()
    );
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_drain_leaves_it_to_the_next_process) {
    storage::memory_event_log log;
    std::string id;
    {
        flow_server server(on(log));
        flow_client& ada = server.connect("ada");
        id = ask_for_approval(server, ada);
        const time_point begin = server.world().now();
        server.run(server.home().drain(seconds(20)));
        BOOST_TEST((server.world().now() - begin < seconds(1)));
        BOOST_TEST(ada.event_types().back() == "approval_requested");
        ada.sends(approve_frame(id, "allow"));
        server.settle();
        BOOST_TEST(text_of(ada.only("error"), "code") == "draining");
        BOOST_TEST(stored_state(server) == "suspended");
    }
    flow_server server(on(log));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(it_can_be_cancelled_after_the_restart) {
    storage::memory_event_log log;
    (void)lose_waiting(log);
    flow_server server(on(log));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    server.settle();
    BOOST_TEST(text_of(ada.only("cancel_result"), "verdict") == "accepted");
    BOOST_TEST(text_of(payload_of(ada, "approval_resolved"), "decision") == "cancelled");
    BOOST_TEST(ada.event_types().back() == "agent_cancelled");
    check_run(ada);
}

// What comes behind it waits for it, as before.
BOOST_AUTO_TEST_CASE(runs_in_line_behind_it_come_after_it) {
    storage::memory_event_log log;
    std::string id;
    {
        auto lost = std::make_unique<flow_server>(on(log));
        flow_client& ada = lost->connect("ada");
        id = ask_for_approval(*lost, ada);
        ada.asks("m2", "/calc 1+1");
        lost->world().run_for(milliseconds(100));
        kill(std::move(lost));
    }
    flow_server server(on(log));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    server.world().run_for(seconds(1));
    BOOST_TEST(count_of(ada, "agent_started") == 1U);
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(count_of(ada, "agent_completed") == 2U);
}

// The second turn knows the first one's call and result, whatever process it is in.
BOOST_AUTO_TEST_CASE(a_model_goes_on_with_all_it_knew) {
    for (const bool restart : {false, true}) {
        BOOST_TEST_CONTEXT("restart: " << restart) {
            storage::memory_event_log log;
            scripted_models models;
            models.answers = {
                {support::thinks("First."),
                 support::says("Let me see. "),
                 support::calls(
                     {support::calling("calculator", R"({"expression":"6*7"})", "c1")},
                     50
                 )},
                {support::calls(
                    {support::calling("guarded_tool", R"({ "text" : "go" })", "c2"),
                     support::calling("calculator", R"({"expression":"1+1"})", "c3")},
                    60
                )},
                {support::says("Done."), support::stops(ports::model_finish::stopped, 70)},
            };
            auto server = std::make_unique<flow_server>(on(log, models));
            flow_client* ada = &server->connect("ada");
            ada->sends(ask_modelled);
            server->world().run_for(seconds(1));
            BOOST_TEST(stored_state(*server) == "suspended");
            const std::string id = approval_id_of(*ada);
            if (restart) {
                kill(std::move(server));
                server = std::make_unique<flow_server>(on(log, models));
                server->revive_for(seconds(1));
                ada = &server->connect("ada", {from_start});
            }
            ada->sends(approve_frame(id, "allow"));
            server->settle();
            BOOST_TEST(ada->event_types().back() == "agent_completed");
            BOOST_REQUIRE(models.asked.size() == 3U);
            std::vector<std::string> answered;
            for (const ports::model_message& one : models.asked.back().messages)
                if (one.by == ports::speaker::tool)
                    answered.push_back(one.call_id);
            const std::vector<std::string> expected{"c1", "c2", "c3"};
            BOOST_TEST(answered == expected, boost::test_tools::per_element());
            const auto usage = payload_of(*ada, "agent_completed").at("usage").as_object();
            BOOST_TEST(usage.at("input_tokens").as_int64() == 180);
            check_run(*ada);
        }
    }
}

// A census that begins anew would prove that something is missing.
BOOST_AUTO_TEST_CASE(the_terminal_counts_what_both_processes_committed) {
    storage::memory_event_log log;
    const std::string id = lose_waiting(log);
    flow_server server(on(log));
    server.revive_for(seconds(5));
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    const auto terminal = payload_of(ada, "agent_completed");
    const auto census = terminal.at("census").as_object();
    BOOST_TEST(census.at("first_seq").as_int64() == ada.only("agent_started").at("seq").as_int64());
    BOOST_TEST(
        census.at("last_seq").as_int64() + 1 == ada.only("agent_completed").at("seq").as_int64()
    );
    BOOST_TEST(census.at("counts").at("approval_requested").as_int64() == 1);
    BOOST_TEST(terminal.at("execution_time_ms").as_int64() >= 5000);
}

// Its engine is gone while it waits: nothing of the run is at work.
BOOST_AUTO_TEST_CASE(a_suspended_run_has_no_engine) {
    storage::memory_event_log log;
    scripted_models models;
    models.answers = {{support::calls({support::calling("guarded_tool", R"({"text":"go"})")})}};
    models.always = {support::says("Done."), support::stops()};
    flow_server server(on(log, models));
    flow_client& ada = server.connect("ada");
    ada.sends(ask_modelled);
    server.world().run_for(seconds(1));
    BOOST_TEST(models.streams_alive == 0U);
    BOOST_TEST(server.home().bodies_at_work() == 0U);
    ada.sends(approve_frame(approval_id_of(ada), "allow"));
    server.settle();
    BOOST_TEST(ada.event_types().back() == "agent_completed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
