#pragma once

#include "core/agents/model/model_agent.hpp"
#include "core/agents/model/model_turn.hpp"
#include "core/agents/model/work_memory.hpp"
#include "core/agents/tool_dispatcher.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents::model {

/// What a model agent does within one run, turn by turn. Lives in the run's coroutine.
class model_work {
public:
    model_work(
        const model_agent_settings& settings,
        ports::model& model,
        engine::bridge& bridge,
        tool_dispatcher& tools
    );

    task<outcome> run(const engine::request_scope& request);
    /// Goes on where a call was suspended.
    task<outcome> go_on(protocol::json_text checkpoint);

private:
    /// Nothing: go on with the next turn.
    using verdict = std::optional<outcome>;

    task<verdict> recall(const engine::request_scope& request);
    task<verdict> take_turn();
    task<verdict> after_answer(std::string text, ports::model_answer answer);
    task<verdict> call_tools(std::string text, std::vector<ports::model_call> calls);
    verdict take_answers(tool_dispatcher::answers answers);
    verdict hand_over(const std::vector<ports::model_call>& calls) const;
    task<outcome> work_to_the_end();
    protocol::json_text memory() const;
    task<verdict> tell(std::string notice);
    verdict fit_context();
    verdict check_truncation(const ports::model_answer& answer) const;
    verdict check_calls(const std::vector<ports::model_call>& calls);
    outcome fail(protocol::agent_error_code code, std::string message) const;
    ports::model_request request() const;

    const model_agent_settings& settings_;
    const std::vector<std::string> handoffs_;  // to whom it may
    ports::model& model_;
    engine::bridge& bridge_;
    tool_dispatcher& tools_;
    work_memory memory_;
    std::vector<ports::offered_tool> offered_;
    std::int64_t offered_tokens_ = 0;
};

}  // namespace clarion::agents::model
