#include "core/agents/model/model_turn.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace clarion::agents::model {

namespace {

// A long chain of thought is shown in steps of about this size, or of what came in this time.
constexpr std::size_t step_bytes = 16384;
constexpr duration step_time = std::chrono::seconds(1);
// A longer word is shown before it is whole.
constexpr std::size_t word_bytes_max = 64;
constexpr std::string_view white_space = " \t\r\n";

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

// The word that `text` ends within, if there is one before it; taken out of `text`.
std::string take_begun_word(std::string& text) {
    const std::size_t blank = text.find_last_of(white_space);
    if (blank == std::string::npos || text.size() - blank > word_bytes_max ||
        text.find_first_not_of(white_space) > blank)
        return {};
    std::string word = text.substr(blank + 1);
    text.resize(blank);
    return word;
}

// What a silent model is about to do.
std::string plan_of(const ports::model_answer& answer) {
    std::string plan;
    for (const ports::model_call& call : answer.calls)
        plan += (plan.empty() ? "Calls " : ", ") + call.name;
    return plan;
}

}  // namespace

task<turn_ending> model_turn::listen(ports::model_stream& to) {
    while (true) {
        ports::model_event event = co_await to.next();
        shown result = shown::yes;
        if (auto* said = std::get_if<ports::model_text>(&event)) {
            result = co_await say(std::move(said->text));
        } else if (auto* thought = std::get_if<ports::model_reasoning>(&event)) {
            result = co_await think(std::move(thought->text));
        } else if (auto* notice = std::get_if<ports::model_notice>(&event)) {
            result = co_await tell(std::move(notice->text));
        } else if (auto* failure = std::get_if<ports::model_failure>(&event)) {
            if (!thoughts_.empty())
                result = co_await show_thoughts({});
            if (result == shown::yes)
                co_return turn_ending(std::move(*failure));
        } else {
            auto answer = std::get<ports::model_answer>(std::move(event));
            result = co_await end_text(answer);
            if (result == shown::yes)
                co_return turn_ending(std::move(answer));
        }
        if (result == shown::refused)
            co_return turn_ending(turn_refused());
    }
}

task<model_turn::shown> model_turn::say(std::string piece) {
    if (!reply_) {
        blanks_ += piece;
        if (blanks_.find_first_not_of(white_space) == std::string::npos)
            co_return shown::yes;
        piece = std::exchange(blanks_, {});
        const shown thought = co_await show_thoughts({});
        if (thought == shown::refused)
            co_return shown::refused;
        reply_.emplace(bridge_, agent_name_);
    }
    text_ += piece;
    const engine::delta_verdict verdict = co_await reply_->write(std::move(piece));
    co_return std::holds_alternative<engine::refusal>(verdict) ? shown::refused : shown::yes;
}

task<model_turn::shown> model_turn::think(std::string piece) {
    const executor on = co_await asio::this_coro::executor;
    const time_point now = on.owner().now();
    if (thoughts_.empty())
        thinking_since_ = now;
    thoughts_ += piece;
    const bool is_due = thoughts_.size() >= step_bytes || now - thinking_since_ >= step_time;
    if (!is_due || thoughts_.find_first_not_of(white_space) == std::string::npos)
        co_return shown::yes;
    std::string begun = take_begun_word(thoughts_);
    const shown result = co_await show_thoughts({});
    thoughts_ = std::move(begun);
    thinking_since_ = now;
    co_return result;
}

task<model_turn::shown> model_turn::tell(std::string notice) {
    protocol::progress_update told;
    told.message = std::move(notice);
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(told));
    co_return std::holds_alternative<engine::refusal>(verdict) ? shown::refused : shown::yes;
}

task<model_turn::shown> model_turn::show_thoughts(std::string otherwise) {
    std::string reasoning = trimmed(std::exchange(thoughts_, {}));
    if (reasoning.empty() && has_thought_)
        co_return shown::yes;
    has_thought_ = true;
    protocol::agent_thinking thought{
        .agent_name = agent_name_,
        .step_number = ++steps_,
        .reasoning = reasoning.empty() ? std::move(otherwise) : std::move(reasoning),
        .parent_tool_call_id = std::nullopt,
    };
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(thought));
    co_return std::holds_alternative<engine::refusal>(verdict) ? shown::refused : shown::yes;
}

task<model_turn::shown> model_turn::end_text(const ports::model_answer& answer) {
    const shown thought = co_await show_thoughts(plan_of(answer));
    if (thought == shown::refused || !reply_)
        co_return thought;
    const engine::emit_verdict verdict = co_await reply_->finish();
    co_return std::holds_alternative<engine::refusal>(verdict) ? shown::refused : shown::yes;
}

}  // namespace clarion::agents::model
