// Agents that call each other and hand runs over, through the whole server.
#include "core/agents/model/model_agent.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/support/scripted_models.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace clarion::flow_test {

namespace {

using std::chrono::seconds;
using support::calling;
using support::calls;
using support::scripted_models;

/// One model for each agent, of which each is asked apart.
class team_models final : public ports::models {
public:
    scripted_models& of(const std::string& name) { return models_[name]; }
    ports::model* find(std::string_view name, const executor&) override {
        const auto found = models_.find(name);
        return found == models_.end() ? nullptr : &found->second;
    }

private:
    std::map<std::string, scripted_models, std::less<>> models_;
};

struct member {
    std::string name;
    std::vector<std::string> tools{};
    std::vector<std::string> agents{};
    std::vector<std::string> handoffs{};
    std::int64_t tokens = 200'000;
    duration deadline = std::chrono::minutes(10);
};

flow_server::options with(team_models& models, const std::vector<member>& team) {
    flow_server::options made;
    for (const member& one : team) {
        (void)models.of(one.name);
        agents::model::model_agent_settings settings;
        settings.name = one.name;
        settings.description = "is " + one.name;
        settings.model = one.name;
        settings.tools = one.tools;
        settings.agents = one.agents;
        settings.handoffs = one.handoffs;
        settings.limits.tokens = one.tokens;
        settings.limits.run_deadline = one.deadline;
        made.team.push_back(
            std::make_unique<agents::model::model_agent>(std::move(settings), models)
        );
    }
    return made;
}

std::string ask_frame(const std::string& agent) {
    return R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":")" + agent +
           "\"}";
}

flow_client& ask(flow_server& server, const std::string& agent) {
    flow_client& ada = server.connect("ada");
    ada.sends(ask_frame(agent));
    server.world().run_for(seconds(2));
    return ada;
}

scripted_models::piece calls_agent(const std::string& name, const std::string& task) {
    return calls({calling("agent." + name, R"({"task":")" + task + "\"}", "c1")}, 10);
}

scripted_models::script answers(const std::string& text) {
    return {
        support::thinks("Hm."),
        support::says(text),
        support::stops(ports::model_finish::stopped, 5)
    };
}

boost::json::object completed_of(const flow_client& client, std::string_view tool) {
    for (const auto& frame : client.frames("tool_completed"))
        if (text_of(frame.at("payload").as_object(), "tool_name") == tool)
            return frame.at("payload").as_object();
    BOOST_FAIL("no tool_completed of " << tool);
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(teams)

BOOST_AUTO_TEST_CASE(an_agent_answers_a_call_of_another) {
    team_models models;
    flow_server server(with(
        models,
        {{.name = "boss", .agents = {"worker"}}, {.name = "worker", .tools = {"calculator"}}}
    ));
    models.of("boss").answers = {{calls_agent("worker", "compute")}, answers("It is 42.")};
    models.of("worker").answers = {
        {calls({calling("calculator", R"({"expression":"6*7"})", "w1")}, 3)},
        answers("42")
    };
    const flow_client& ada = ask(server, "boss");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
    // The callee knows its task alone.
    BOOST_TEST(models.of("worker").asked.front().messages.back().text == "compute");
    const auto outer = completed_of(ada, "agent.worker");
    BOOST_TEST(text_of(outer, "agent_name") == "boss");
    BOOST_TEST(!outer.contains("parent_tool_call_id"));
    BOOST_TEST(text_of(outer, "result") == "42");
    const auto inner = completed_of(ada, "calculator");
    BOOST_TEST(text_of(inner, "agent_name") == "worker");
    BOOST_TEST(text_of(inner, "parent_tool_call_id") == text_of(outer, "tool_call_id"));
    // What it says is the call's result, never a text of the run's.
    for (const auto& frame : ada.frames("text_delta"))
        BOOST_TEST(text_of(frame.at("payload").as_object(), "agent_name") == "boss");
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text") == "It is 42.");
    std::size_t thoughts = 0;
    for (const auto& frame : ada.frames("agent_thinking")) {
        const auto& thought = frame.at("payload").as_object();
        const bool is_inner = text_of(thought, "agent_name") == "worker";
        thoughts += is_inner ? 1U : 0U;
        BOOST_TEST(thought.contains("parent_tool_call_id") == is_inner);
    }
    BOOST_TEST(thoughts == 2U);
    // The run's usage is that of both.
    const auto usage = payload_of(ada, "agent_completed").at("usage").as_object();
    BOOST_TEST(usage.at("input_tokens").as_int64() == 10 + 5 + 3 + 5);
}

BOOST_AUTO_TEST_CASE(an_agent_that_fails_fails_the_call_and_not_the_run) {
    team_models models;
    flow_server server(with(models, {{.name = "boss", .agents = {"worker"}}, {.name = "worker"}}));
    models.of("boss").answers = {{calls_agent("worker", "compute")}, answers("Sorry.")};
    models.of("worker").answers = {
        {support::fails(protocol::agent_error_code::model_unavailable, "no route")}
    };
    const flow_client& ada = ask(server, "boss");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    const auto outer = completed_of(ada, "agent.worker");
    BOOST_TEST(text_of(outer, "outcome") == "error");
    BOOST_TEST(text_of(outer, "error") == "model_unavailable: no route");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_ends_the_call_by_name) {
    team_models models;
    flow_server server(with(models, {{.name = "boss", .agents = {"worker"}}, {.name = "worker"}}));
    models.of("boss").answers = {{calls_agent("worker", "write")}, answers("Sorry.")};
    models.of("worker").answers = {
        {support::says(std::string(60'000, 'x')),
         support::says(std::string(60'000, 'x')),
         support::stops()}
    };
    const flow_client& ada = ask(server, "boss");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    BOOST_TEST(text_of(completed_of(ada, "agent.worker"), "error").starts_with("too_large"));
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(agents_call_agents_four_deep_and_no_deeper) {
    team_models models;
    // Each calls itself through the other, for ever.
    flow_server server(
        with(models, {{.name = "a", .agents = {"b"}}, {.name = "b", .agents = {"a"}}})
    );
    for (int time = 0; time < 2; ++time) {
        models.of("a").answers.push_back({calls_agent("b", "deeper")});
        models.of("b").answers.push_back({calls_agent("a", "deeper")});
    }
    models.of("a").always = answers("up");
    models.of("b").always = answers("up");
    const flow_client& ada = ask(server, "a");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
    std::size_t refused = 0;
    for (const auto& frame : ada.frames("tool_completed")) {
        const auto& call = frame.at("payload").as_object();
        if (text_of(call, "outcome") == "error") {
            ++refused;
            BOOST_TEST(text_of(call, "error").find("4 deep") != std::string::npos);
        }
    }
    BOOST_TEST(refused == 1U);
    BOOST_TEST(ada.frames("tool_executing").size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_run_is_handed_over_and_told_so) {
    team_models models;
    flow_server server(with(models, {{.name = "desk", .handoffs = {"expert"}}, {.name = "expert"}})
    );
    models.of("desk").answers = {
        {support::says("One moment. "),
         calls({calling("handoff.expert", R"({"reason":"is about money"})", "h1")}, 10)}
    };
    models.of("expert").answers = {answers("Here you are.")};
    const flow_client& ada = ask(server, "desk");
    const auto handed = payload_of(ada, "agent_handoff");
    BOOST_TEST(text_of(handed, "from") == "desk");
    BOOST_TEST(text_of(handed, "to") == "expert");
    BOOST_TEST(text_of(handed, "reason") == "is about money");
    BOOST_TEST(text_of(payload_of(ada, "agent_completed"), "agent_name") == "expert");
    const std::string told = models.of("expert").asked.front().messages.back().text;
    BOOST_TEST(told.find("is about money") != std::string::npos);
    BOOST_TEST(told.find("One moment.") != std::string::npos);
    const auto usage = payload_of(ada, "agent_completed").at("usage").as_object();
    BOOST_TEST(usage.at("input_tokens").as_int64() == 15);
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_run_is_handed_over_eight_times_at_most) {
    team_models models;
    flow_server server(
        with(models, {{.name = "a", .handoffs = {"b"}}, {.name = "b", .handoffs = {"a"}}})
    );
    models.of("a").always = {calls({calling("handoff.b", "{}", "h")})};
    models.of("b").always = {calls({calling("handoff.a", "{}", "h")})};
    const flow_client& ada = ask(server, "a");
    BOOST_TEST(ada.frames("agent_handoff").size() == 8U);
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "budget_exceeded");
    check_run(ada);
}

// Whoever used them: agents that were called, and those that had the run before.
BOOST_AUTO_TEST_CASE(the_budget_of_tokens_is_the_runs) {
    team_models models;
    flow_server server(
        with(models, {{.name = "boss", .agents = {"worker"}, .tokens = 20}, {.name = "worker"}})
    );
    models.of("boss").always = {calls_agent("worker", "compute")};
    models.of("worker").answers = {answers("42")};
    const flow_client& ada = ask(server, "boss");
    const auto ended = payload_of(ada, "agent_error");
    BOOST_TEST(text_of(ended, "code") == "budget_exceeded");
    BOOST_TEST(text_of(ended, "message") == "the run has used 35 tokens of 20");
    BOOST_TEST(models.of("boss").asked.size() == 1U);

    team_models others;
    flow_server other(
        with(others, {{.name = "desk", .handoffs = {"expert"}}, {.name = "expert", .tokens = 10}})
    );
    others.of("desk").answers = {{calls({calling("handoff.expert", "{}", "h1")}, 10)}};
    const flow_client& eve = ask(other, "desk");
    BOOST_TEST(text_of(payload_of(eve, "agent_error"), "code") == "budget_exceeded");
    BOOST_TEST(others.of("expert").asked.empty());
}

BOOST_AUTO_TEST_CASE(what_a_call_used_that_timed_out_is_counted) {
    team_models models;
    flow_server server(with(
        models,
        {{.name = "boss", .agents = {"worker"}},
         {.name = "worker", .tools = {"calculator"}, .deadline = seconds(5)}}
    ));
    models.of("boss").answers = {{calls_agent("worker", "compute")}, answers("Sorry.")};
    models.of("worker").answers = {
        {calls({calling("calculator", R"({"expression":"6*7"})", "w1")}, 3)},
        {support::says("42", seconds(60)), support::stops()}
    };
    flow_client& ada = ask(server, "boss");
    server.settle();
    BOOST_TEST(text_of(completed_of(ada, "agent.worker"), "outcome") == "timeout");
    const auto usage = payload_of(ada, "agent_completed").at("usage").as_object();
    BOOST_TEST(usage.at("input_tokens").as_int64() == 10 + 3 + 5);
}

BOOST_AUTO_TEST_CASE(a_run_that_is_cancelled_tells_what_it_has_used) {
    team_models models;
    flow_server server(with(models, {{.name = "boss", .tools = {"calculator"}}}));
    models.of("boss").answers = {
        {calls({calling("calculator", R"({"expression":"6*7"})", "w1")}, 3)},
        {support::says("42", seconds(60)), support::stops()}
    };
    flow_client& ada = ask(server, "boss");
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    server.settle();
    const auto usage = payload_of(ada, "agent_cancelled").at("usage").as_object();
    BOOST_TEST(usage.at("input_tokens").as_int64() == 3);
    check_run(ada);
}

// A person is asked about a call of the callee's; the run is kept as a whole, and goes on in
// another process from the inside out.
BOOST_AUTO_TEST_CASE(a_call_within_a_call_waits_for_a_person_and_outlives_the_process) {
    for (const bool restart : {false, true}) {
        BOOST_TEST_CONTEXT("restart: " << restart) {
            storage::memory_event_log log;
            team_models models;
            const std::vector<member> team{
                {.name = "boss", .tools = {"calculator"}, .agents = {"worker"}},
                {.name = "worker", .tools = {"guarded_tool"}},
            };
            models.of("boss").answers = {
                {calls(
                    {calling("agent.worker", R"({"task":"say it"})", "c1"),
                     calling("calculator", R"({"expression":"1+1"})", "c2")},
                    10
                )},
                answers("All done.")
            };
            models.of("worker").answers = {
                {support::says("First part. "),
                 calls({calling("guarded_tool", R"({"text":"go"})", "w1")}, 3)},
                answers("It is said.")
            };
            const auto options = [&] {
                flow_server::options made = with(models, team);
                made.log = &log;
                return made;
            };
            auto server = std::make_unique<flow_server>(options());
            flow_client* ada = &ask(*server, "boss");
            BOOST_TEST(stored_state(*server) == "suspended");
            const std::string id = approval_id_of(*ada);
            if (restart) {
                kill(std::move(server));
                server = std::make_unique<flow_server>(options());
                server->revive_for(seconds(1));
                ada = &server->connect("ada", {from_start});
            }
            ada->sends(approve_frame(id, "allow"));
            server->settle();
            BOOST_TEST(ada->event_types().back() == "agent_completed");
            check_run(*ada);
            const auto outer = completed_of(*ada, "agent.worker");
            BOOST_TEST(text_of(outer, "result").starts_with("First part."));
            BOOST_TEST(text_of(outer, "result").ends_with("It is said."));
            const auto inner = completed_of(*ada, "guarded_tool");
            BOOST_TEST(text_of(inner, "parent_tool_call_id") == text_of(outer, "tool_call_id"));
            BOOST_TEST(text_of(payload_of(*ada, "assistant_message"), "text") == "All done.");
            BOOST_TEST(
                payload_of(*ada, "agent_completed").at("usage").at("input_tokens").as_int64() ==
                10 + 5 + 3 + 5
            );
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
