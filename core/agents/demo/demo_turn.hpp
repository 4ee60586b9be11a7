#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/async/task.hpp"
#include "core/async/timer_queue.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents::demo {

/// Whether a step of the demo agent was committed. `refused`: the turn is over and the agent ends
/// as `stopped`; the run knows why.
enum class step { done, refused };

/// What the demo agent does within one run, step by step. Lives in the run's coroutine.
class demo_turn {
public:
    demo_turn(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher& tools)
        : request_(request), bridge_(bridge), tools_(tools), agent_name_(request.agent_name) {}

    const std::string& message() const { return request_.text; }

    /// Steps count from 1 by themselves.
    [[nodiscard]] task<step> think(std::string reasoning);

    /// What is thought and said from now on is said by `to`.
    [[nodiscard]] task<step> hand_over(std::string to, std::string reason);

    [[nodiscard]] task<step> tell_progress(std::string message, std::int64_t percent);
    [[nodiscard]] task<step> sum_up(protocol::final_report summary);

    /// Nothing when refused.
    [[nodiscard]] task<std::optional<tool_ending>> call(tool_call wanted);
    /// The same for the call that an earlier engine of the run made, which waited for a person.
    [[nodiscard]] task<std::optional<tool_ending>> go_on();
    [[nodiscard]] task<std::optional<std::vector<tool_answer>>> call_all(
        std::vector<tool_call> wanted
    );

    /// One assistant message, streamed word by word without pause.
    [[nodiscard]] task<step> say(std::string text);

    /// One assistant message `word-1 word-2 … word-N`, one delta a word, one word each `pause` from
    /// the first on; what came late does not delay the rest.
    [[nodiscard]] task<step> tell_words(std::size_t words_count, duration pause);

private:
    const engine::request_scope& request_;
    engine::bridge& bridge_;
    tool_dispatcher& tools_;
    std::string agent_name_;
    std::int64_t steps_ = 0;
};

}  // namespace clarion::agents::demo
