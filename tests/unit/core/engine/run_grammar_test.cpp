#include "core/engine/run_grammar.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion::protocol;
using clarion::engine::run_grammar;

payload started() {
    return agent_started{"a", "m1", {}};
}
payload thinking() {
    return agent_thinking{"a", 1, "why", std::nullopt};
}
payload executing(std::string id, std::optional<std::string> parent = std::nullopt) {
    return tool_executing{"a", std::move(id), "tool", {"{}"}, std::move(parent)};
}
payload completed_tool(std::string id, std::string tool = "tool", std::string agent = "a") {
    return tool_completed{
        std::move(agent),
        std::move(id),
        std::move(tool),
        tool_outcome::ok,
        json_text{"1"},
        std::nullopt,
        0,
        std::nullopt
    };
}
payload delta(std::string id, std::string text) {
    return text_delta{"a", std::move(id), std::move(text)};
}
payload message(std::string id, std::string text) {
    return assistant_message{"a", std::move(id), std::move(text)};
}
payload requested(std::string approval, std::string call) {
    return approval_requested{std::move(approval), std::move(call), "tool", {"{}"}, 1};
}
payload resolved(std::string approval, approval_decision how) {
    return approval_resolved{std::move(approval), how, "ada", std::nullopt, std::nullopt};
}
payload edited(std::string approval, std::string arguments) {
    return approval_resolved{
        std::move(approval),
        approval_decision::allow,
        "ada",
        json_text{std::move(arguments)},
        std::nullopt
    };
}
payload executing_as(std::string call, std::string tool_name, std::string arguments) {
    return tool_executing{
        "a",
        std::move(call),
        std::move(tool_name),
        {std::move(arguments)},
        std::nullopt
    };
}
payload completed(std::string message_id) {
    agent_completed end;
    end.agent_name = "a";
    end.result.message_id = std::move(message_id);
    return end;
}
payload failed() {
    agent_error end;
    end.agent_name = "a";
    return end;
}
payload cancelled() {
    agent_cancelled end;
    end.agent_name = "a";
    return end;
}

struct row {
    std::string what;
    std::vector<payload> before;
    payload next;
    /// Empty: legal.
    std::string refusal;
};

const payload queued = run_queued{"m1", 1};
const payload user = user_message{"m1", "hi", std::nullopt};

std::vector<row> rows() {
    constexpr approval_decision allow = approval_decision::allow;
    constexpr approval_decision deny = approval_decision::deny;
    constexpr approval_decision expired = approval_decision::expired;
    return {
        {"a run begins with agent_started", {}, started(), ""},
        {"nothing else begins it", {}, thinking(), "before agent_started"},
        {"not even a completion", {}, completed("m"), "before agent_started"},
        {"a queued run may end by a lone error", {}, failed(), ""},
        {"or a lone cancel", {}, cancelled(), ""},
        {"a run starts once", {started()}, started(), "second time"},
        {"user messages come from outside", {started()}, user, "within a run"},
        {"so does queueing", {started()}, queued, "within a run"},
        {"nothing follows a terminal", {started(), failed()}, thinking(), "after the run's terminal"
        },
        {"no second terminal", {started(), cancelled()}, failed(), "after the run's terminal"},

        {"a tool is executed", {started()}, executing("t1"), ""},
        {"its id is used once", {started(), executing("t1")}, executing("t1"), "used before"},
        {"also after its end",
         {started(), executing("t1"), completed_tool("t1")},
         executing("t1"),
         "used before"},
        {"a tool completes", {started(), executing("t1")}, completed_tool("t1"), ""},
        {"only what was executed completes", {started()}, completed_tool("t1"), "no open tool call"
        },
        {"it completes once",
         {started(), executing("t1"), completed_tool("t1")},
         completed_tool("t1"),
         "no open tool call"},
        {"under its own name",
         {started(), executing("t1")},
         completed_tool("t1", "other"),
         "/tool_name"},
        {"by its own agent",
         {started(), executing("t1")},
         completed_tool("t1", "tool", "b"),
         "/agent_name"},
        {"a nested call has an open parent", {started(), executing("t1")}, executing("t2", "t1"), ""
        },
        {"a parent that is not open", {started()}, executing("t2", "t1"), "/parent_tool_call_id"},
        {"no terminal over an open tool",
         {started(), executing("t1")},
         failed(),
         "tool call t1 is open"},

        {"text streams", {started()}, delta("m", "a"), ""},
        {"one series at a time", {started(), delta("m", "a")}, delta("n", "a"), "while m is open"},
        {"the message is the concatenation",
         {started(), delta("m", "a"), delta("m", "b")},
         message("m", "ab"),
         ""},
        {"and nothing else",
         {started(), delta("m", "a")},
         message("m", "ab"),
         "not the concatenation"},
        {"a message with text has deltas", {started()}, message("m", "a"), "has no deltas"},
        {"an empty one has none", {started()}, message("m", ""), ""},
        {"a closed series stays closed",
         {started(), delta("m", "a"), message("m", "a")},
         delta("m", "b"),
         "was closed"},
        {"a message comes once", {started(), message("m", "")}, message("m", ""), "closed before"},
        {"no terminal over an open text",
         {started(), delta("m", "a")},
         cancelled(),
         "message m is open"},

        {"a completion needs a thought",
         {started(), message("m", "")},
         completed("m"),
         "agent_thinking"},
        {"and a message", {started(), thinking()}, completed("m"), "assistant_message"},
        {"with both it is legal", {started(), thinking(), message("m", "")}, completed("m"), ""},
        {"and names the last message",
         {started(), thinking(), message("m", "")},
         completed("n"),
         "/result/message_id"},
        {"an error needs neither", {started()}, failed(), ""},

        {"an approval is asked for", {started()}, requested("p", "t1"), ""},
        {"once", {started(), requested("p", "t1")}, requested("p", "t2"), "used before"},
        {"before the call", {started(), executing("t1")}, requested("p", "t1"), "executed already"},
        {"the call waits for it",
         {started(), requested("p", "t1")},
         executing("t1"),
         "waits for approval"},
        {"and runs when allowed",
         {started(), requested("p", "t1"), resolved("p", allow)},
         executing("t1"),
         ""},
        {"but not when denied",
         {started(), requested("p", "t1"), resolved("p", deny)},
         executing("t1"),
         "not approved"},
        {"nor when expired",
         {started(), requested("p", "t1"), resolved("p", expired)},
         executing("t1"),
         "not approved"},
        {"as the tool that was allowed",
         {started(), requested("p", "t1"), resolved("p", allow)},
         executing_as("t1", "other", "{}"),
         "/tool_name differs"},
        {"with the arguments that were allowed",
         {started(), requested("p", "t1"), resolved("p", allow)},
         executing_as("t1", "tool", R"({"a":1})"),
         "/arguments differ"},
        {"or with those put in their place",
         {started(), requested("p", "t1"), edited("p", R"({"a":1})")},
         executing_as("t1", "tool", R"({"a":1})"),
         ""},
        {"and not with the first ones then",
         {started(), requested("p", "t1"), edited("p", R"({"a":1})")},
         executing("t1"),
         "/arguments differ"},
        {"nobody is asked twice about a call",
         {started(), requested("p", "t1")},
         requested("q", "t1"),
         "waits for approval p"},
        {"nor about a decided one",
         {started(), requested("p", "t1"), resolved("p", deny)},
         requested("q", "t1"),
         "decided already"},
        {"it is resolved once",
         {started(), requested("p", "t1"), resolved("p", allow)},
         resolved("p", deny),
         "no open approval"},
        {"no terminal over an open approval",
         {started(), requested("p", "t1")},
         failed(),
         "approval p is open"},
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_grammar_table)

BOOST_AUTO_TEST_CASE(each_row_is_judged_as_the_protocol_says) {
    for (const row& one : rows()) {
        BOOST_TEST_CONTEXT(one.what) {
            run_grammar grammar;
            for (const payload& event : one.before) {
                BOOST_REQUIRE(!grammar.check(event));
                grammar.apply(event);
            }
            const auto refusal = grammar.check(one.next);
            BOOST_TEST(refusal.has_value() == !one.refusal.empty());
            if (refusal && !one.refusal.empty()) {
                const std::string text = refusal->pointer + ' ' + refusal->reason;
                BOOST_TEST(text.find(one.refusal) != std::string::npos, text);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
