#include "tests/unit/core/protocol/payload_examples.hpp"

namespace clarion::protocol::testing {

std::vector<payload> one_of_each() {
    agent_completed completed;
    completed.agent_name = "demo";
    completed.result = {"m_1", "text"};
    completed.census = {1, 2, {{"text_delta", 3}}, 4, "ab"};
    completed.usage = token_usage{"p", "m", 1, 2, 3, 4, 5};
    agent_error failed;
    failed.agent_name = "demo";
    failed.code = agent_error_code::node_lost;
    failed.message = "x";
    agent_cancelled cancelled;
    cancelled.agent_name = "demo";
    cancelled.reason = cancel_reason::shutdown;
    return {
        user_message{
            "m1",
            "quote \" slash \\ tab \t nul-free \x01 \xC3\xA9 \xF0\x9F\x98\x80",
            json_text{R"({"a":[1,null]})"}
        },
        run_queued{"m1", 2},
        agent_started{"demo", "m1", {"model", {"a", "b"}, 7}},
        agent_thinking{"demo", 3, "because", "t_1"},
        tool_executing{"demo", "t_1", "calculator", {R"({"x":1})"}, std::nullopt},
        tool_completed{
            "demo",
            "t_1",
            "calculator",
            tool_outcome::timeout,
            std::nullopt,
            "slow",
            9,
            std::nullopt
        },
        text_delta{"demo", "m_1", "d"},
        assistant_message{"demo", "m_1", ""},
        progress_update{"half", 50},
        agent_handoff{"a", "b", "why"},
        approval_requested{"p", "t", "tool", {"{}"}, 5},
        approval_resolved{"p", approval_decision::expired, "server", json_text{"{}"}, "note"},
        final_report{"text", json_text{"[1]"}},
        custom{"name", {"null"}},
        completed,
        failed,
        cancelled,
    };
}

}  // namespace clarion::protocol::testing
