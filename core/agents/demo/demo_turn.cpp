#include "core/agents/demo/demo_turn.hpp"

#include "core/agents/reply.hpp"
#include "core/async/sleep.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace clarion::agents::demo {

namespace {

template <class Verdict>
step step_of(const Verdict& verdict) {
    return std::holds_alternative<engine::refusal>(verdict) ? step::refused : step::done;
}

/// The first word of `text` with the blanks in front of it; all that is left when those are last.
std::string_view next_word(std::string_view text) {
    static constexpr std::string_view blanks = " \n";
    const std::size_t word = text.find_first_not_of(blanks);
    return text.substr(0, std::min(text.find_first_of(blanks, word), text.size()));
}

protocol::json_text nothing_kept() {
    return {"{}"};
}

task<step> finish(reply& message) {
    const engine::emit_verdict verdict = co_await message.finish();
    co_return step_of(verdict);
}

}  // namespace

task<step> demo_turn::think(std::string reasoning) {
    protocol::agent_thinking thought{
        .agent_name = agent_name_,
        .step_number = ++steps_,
        .reasoning = std::move(reasoning),
        .parent_tool_call_id = std::nullopt,
    };
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(thought));
    co_return step_of(verdict);
}

task<step> demo_turn::hand_over(std::string to, std::string reason) {
    protocol::agent_handoff handed;
    handed.from = agent_name_;
    handed.to = to;
    handed.reason = std::move(reason);
    agent_name_ = std::move(to);
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(handed));
    co_return step_of(verdict);
}

task<step> demo_turn::tell_progress(std::string message, std::int64_t percent) {
    protocol::progress_update told;
    told.message = std::move(message);
    told.percent = percent;
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(told));
    co_return step_of(verdict);
}

task<step> demo_turn::sum_up(protocol::final_report summary) {
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(summary));
    co_return step_of(verdict);
}

task<std::optional<tool_ending>> demo_turn::call(tool_call wanted) {
    std::vector<tool_call> calls;
    calls.push_back(std::move(wanted));
    auto answers = co_await call_all(std::move(calls));
    if (!answers)
        co_return std::nullopt;
    co_return std::move(answers->front().ending);
}

// The message alone tells what comes after the call.
task<std::optional<tool_ending>> demo_turn::go_on() {
    tool_dispatcher::checkpoint keep = nothing_kept;
    tool_dispatcher::answers answers = co_await tools_.resume(std::move(keep));
    if (std::holds_alternative<engine::refusal>(answers))
        co_return std::nullopt;
    co_return std::move(std::get<std::vector<tool_answer>>(answers).front().ending);
}

task<std::optional<std::vector<tool_answer>>> demo_turn::call_all(std::vector<tool_call> wanted) {
    tool_dispatcher::checkpoint keep = nothing_kept;
    tool_dispatcher::answers answers = co_await tools_.call(std::move(wanted), std::move(keep));
    if (std::holds_alternative<engine::refusal>(answers))
        co_return std::nullopt;
    co_return std::get<std::vector<tool_answer>>(std::move(answers));
}

task<step> demo_turn::say(std::string text) {
    reply message(bridge_, agent_name_);
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view word = next_word(rest);
        rest.remove_prefix(word.size());
        const engine::delta_verdict verdict = co_await message.write(std::string(word));
        if (step_of(verdict) == step::refused)
            co_return step::refused;
    }
    co_return co_await finish(message);
}

task<step> demo_turn::tell_words(std::size_t words_count, duration pause) {
    const executor on = co_await asio::this_coro::executor;
    reply message(bridge_, agent_name_);
    time_point due = on.owner().now();
    for (std::size_t number = 1; number <= words_count; ++number) {
        if (number > 1 && pause > duration::zero()) {
            due = due + pause;
            co_await sleep_until(due);
        }
        const char* separator = number > 1 ? " word-" : "word-";
        const engine::delta_verdict verdict =
            co_await message.write(separator + std::to_string(number));
        if (step_of(verdict) == step::refused)
            co_return step::refused;
    }
    co_return co_await finish(message);
}

}  // namespace clarion::agents::demo
