#include "core/engine/closing.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace clarion::engine::test {

using namespace protocol;

namespace {

run_grammar after(const std::vector<payload>& events) {
    run_grammar state;
    for (const payload& event : events) {
        const auto wrong = state.check(event);
        BOOST_REQUIRE_MESSAGE(!wrong, (wrong ? wrong->reason : ""));
        state.apply(event);
    }
    return state;
}

agent_started started() {
    agent_started event;
    event.agent_name = "demo";
    event.message_id = "q1";
    return event;
}

approval_requested asked(std::string approval_id, std::string tool_call_id) {
    approval_requested event;
    event.approval_id = std::move(approval_id);
    event.tool_call_id = std::move(tool_call_id);
    event.tool_name = "guarded_tool";
    event.arguments = {"{}"};
    return event;
}

tool_executing executing(std::string tool_call_id) {
    tool_executing event;
    event.agent_name = "demo";
    event.tool_call_id = std::move(tool_call_id);
    event.tool_name = "sleeping_tool";
    event.arguments = {"{}"};
    return event;
}

agent_handoff handed_over() {
    agent_handoff event;
    event.from = "demo";
    event.to = "demo-helper";
    return event;
}

/// Closes by the closer's own events, each of them legal when it comes, and gives the terminal.
payload close(run_grammar state, const ending& how, std::vector<std::string>& types) {
    for (const payload& event : closing_events(state, how, "m_new")) {
        const auto wrong = state.check(event);
        BOOST_TEST(!wrong, (wrong ? wrong->reason : ""));
        state.apply(event);
        types.emplace_back(traits_of(type_of(event)).name);
    }
    payload terminal = terminal_event(state, how, "asked", {});
    BOOST_TEST(!state.check(terminal));
    return terminal;
}

const std::vector<ending> every_ending{run_completed{}, run_failed{}, run_cancelled{}};

}  // namespace

BOOST_AUTO_TEST_SUITE(closing)

BOOST_AUTO_TEST_CASE(every_ending_resolves_approvals_first_then_tools_then_the_text) {
    const run_grammar state = after(
        {started(),
         text_delta{"demo", "m_1", "half"},
         asked("ap_1", "t_1"),
         executing("t_2"),
         asked("ap_2", "t_3")}
    );
    for (const ending& how : every_ending) {
        std::vector<std::string> types;
        close(state, how, types);
        std::vector<std::string> expected{
            "approval_resolved",
            "approval_resolved",
            "tool_completed",
            "assistant_message"
        };
        if (std::holds_alternative<run_completed>(how))
            expected.emplace_back("agent_thinking");
        BOOST_TEST(types == expected, boost::test_tools::per_element());
    }
    const auto closers = closing_events(state, run_cancelled{}, "m_new");
    const auto& resolved = std::get<approval_resolved>(closers.at(0));
    BOOST_TEST((resolved.decision == approval_decision::cancelled));
    BOOST_TEST(resolved.by == "server");
}

BOOST_AUTO_TEST_CASE(an_approval_decided_and_not_yet_acted_on_needs_no_closing) {
    approval_resolved allowed;
    allowed.approval_id = "ap_1";
    allowed.decision = approval_decision::allow;
    allowed.by = "ada";
    std::vector<std::string> types;
    close(after({started(), asked("ap_1", "t_1"), allowed}), run_cancelled{}, types);
    BOOST_TEST(types.empty());
}

BOOST_AUTO_TEST_CASE(the_terminal_is_by_who_has_the_run) {
    std::vector<std::string> types;
    const payload by_demo = close(after({started()}), run_failed{}, types);
    BOOST_TEST(std::get<agent_error>(by_demo).agent_name == "demo");
    const payload by_helper = close(after({started(), handed_over()}), run_completed{}, types);
    BOOST_TEST(std::get<agent_completed>(by_helper).agent_name == "demo-helper");
    const payload never_began = terminal_event(run_grammar(), run_cancelled{}, "asked", {});
    BOOST_TEST(std::get<agent_cancelled>(never_began).agent_name == "asked");
    const auto closers = closing_events(after({started(), handed_over()}), run_completed{}, "m_n");
    BOOST_TEST(std::get<agent_thinking>(closers.at(0)).agent_name == "demo-helper");
    BOOST_TEST(std::get<assistant_message>(closers.at(1)).agent_name == "demo-helper");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::engine::test
