#include "core/agents/model/model_work.hpp"

#include "core/agents/model/token_estimate.hpp"

#include <algorithm>
#include <utility>

namespace clarion::agents::model {

using protocol::agent_error_code;

namespace {

// How often in a row arguments that are no JSON object go back to the model.
constexpr std::int64_t bad_turns_max = 2;
// A part of the context is the answer's: a quarter, but no more than this.
constexpr std::int64_t answer_tokens_max = 4096;
// Below it the estimate is too coarse to tell that a server has cut something off.
constexpr std::int64_t truncation_tokens_min = 2048;

std::int64_t prompt_tokens_max(std::int64_t context_tokens) {
    return context_tokens - std::min(context_tokens / 4, answer_tokens_max);
}

std::string result_of(const tool_answer& answer) {
    if (answer.ending.result)
        return answer.ending.result->text;
    return "Error: " + answer.ending.error.value_or("no reason given");
}

void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& more) {
    if (more)
        sum = sum.value_or(0) + *more;
}

}  // namespace

model_work::model_work(
    const model_agent_settings& settings,
    ports::model& model,
    engine::bridge& bridge,
    tool_dispatcher& tools
)
    : settings_(settings), model_(model), bridge_(bridge), tools_(tools), told_(settings.prompt) {
    for (const tool_spec* spec : tools_.offered()) {
        offered_.push_back({spec->name, spec->description, spec->parameters});
        offered_tokens_ += estimate_tokens(offered_.back());
    }
}

task<outcome> model_work::run(const engine::request_scope& request) {
    verdict ended = co_await recall(request);
    while (!ended)
        ended = co_await take_turn();
    co_return *std::move(ended);
}

task<model_work::verdict> model_work::recall(const engine::request_scope& request) {
    if (request.history) {
        ports::history_result past =
            co_await request.history->newest(settings_.limits.history_messages);
        if (const auto* missing = std::get_if<ports::history_unavailable>(&past))
            co_return verdict(fail(agent_error_code::storage_unavailable, missing->reason));
        told_.add_past(std::get<std::vector<ports::past_message>>(past));
    }
    told_.add_question(request.text);
    co_return verdict();
}

task<model_work::verdict> model_work::take_turn() {
    if (turns_++ == settings_.limits.turns)
        co_return verdict(fail(
            agent_error_code::max_turns,
            "the model had not answered after " + std::to_string(settings_.limits.turns) + " turns"
        ));
    if (usage_ && usage_->total_tokens > settings_.limits.tokens)
        co_return verdict(fail(
            agent_error_code::budget_exceeded,
            "the run has used " + std::to_string(usage_->total_tokens) + " tokens of " +
                std::to_string(settings_.limits.tokens)
        ));
    const std::int64_t before = told_.tokens();
    if (auto too_large = fit_context())
        co_return too_large;
    if (told_.tokens() < before && !std::exchange(told_of_trimming_, true)) {
        verdict refused = co_await tell("the oldest messages no longer fit the model's context");
        if (refused)
            co_return refused;
    }
    told_tokens_ = told_.tokens() + offered_tokens_;
    const executor on = co_await asio::this_coro::executor;
    const time_point began = on.owner().now();
    const auto stream = model_.ask(request());
    model_turn turn(bridge_, settings_.name, steps_);
    turn_ending ending = co_await turn.listen(*stream);
    bridge_.add_model_time(on.owner().now() - began);
    if (std::holds_alternative<turn_refused>(ending))
        co_return verdict(stopped());
    if (auto* failure = std::get_if<ports::model_failure>(&ending))
        co_return verdict(fail(failure->code, std::move(failure->message)));
    auto answer = std::get<ports::model_answer>(std::move(ending));
    co_return co_await after_answer(turn.text(), std::move(answer));
}

task<model_work::verdict> model_work::after_answer(std::string text, ports::model_answer answer) {
    if (answer.usage)
        count(*answer.usage);
    if (auto truncated = check_truncation(answer))
        co_return truncated;
    if (!answer.calls.empty()) {
        if (auto too_many = check_calls(answer.calls))
            co_return too_many;
        co_return co_await call_tools(std::move(text), std::move(answer.calls));
    }
    verdict refused;
    if (answer.how == ports::model_finish::length)
        refused = co_await tell("the answer was cut off at the limit of the model's output");
    else if (answer.how == ports::model_finish::filtered)
        refused = co_await tell("the answer was cut off by a filter of the model's server");
    if (refused)
        co_return refused;
    co_return verdict(completed{usage_});
}

task<model_work::verdict>
model_work::call_tools(std::string text, std::vector<ports::model_call> calls) {
    std::vector<tool_call> wanted;
    for (const ports::model_call& call : calls)
        wanted.push_back({call.name, {call.arguments}});
    tool_dispatcher::answers answers = co_await tools_.call(std::move(wanted));
    if (std::holds_alternative<engine::refusal>(answers))
        co_return verdict(stopped());
    std::vector<std::string> results;
    for (const tool_answer& answer : std::get<std::vector<tool_answer>>(answers))
        results.push_back(result_of(answer));
    told_.add_calls(std::move(text), std::move(calls), results);
    co_return verdict();
}

task<model_work::verdict> model_work::tell(std::string notice) {
    protocol::progress_update told;
    told.message = std::move(notice);
    const engine::emit_verdict shown = co_await bridge_.emit(std::move(told));
    if (std::holds_alternative<engine::refusal>(shown))
        co_return verdict(stopped());
    co_return verdict();
}

model_work::verdict model_work::fit_context() {
    const std::int64_t room = prompt_tokens_max(settings_.context_tokens) - offered_tokens_;
    if (told_.trim(room) != transcript::fit::too_large)
        return std::nullopt;
    return fail(
        agent_error_code::context_truncated,
        "what the model has to be told is about " +
            std::to_string(told_.tokens() + offered_tokens_) + " tokens, and its context holds " +
            std::to_string(settings_.context_tokens)
    );
}

model_work::verdict model_work::check_truncation(const ports::model_answer& answer) const {
    if (!answer.usage || answer.usage->input_tokens == 0 || told_tokens_ < truncation_tokens_min ||
        answer.usage->input_tokens * 2 >= told_tokens_)
        return std::nullopt;
    return fail(
        agent_error_code::context_truncated,
        "the model server took in " + std::to_string(answer.usage->input_tokens) + " of about " +
            std::to_string(told_tokens_) +
            " tokens: its context is smaller than context_tokens says"
    );
}

model_work::verdict model_work::check_calls(const std::vector<ports::model_call>& calls) {
    calls_ += static_cast<std::int64_t>(calls.size());
    if (calls_ > settings_.limits.tool_calls)
        return fail(
            agent_error_code::budget_exceeded,
            "the model asked for more than " + std::to_string(settings_.limits.tool_calls) +
                " tool calls"
        );
    const bool is_bad = std::ranges::any_of(calls, &ports::model_call::is_malformed);
    bad_turns_ = is_bad ? bad_turns_ + 1 : 0;
    if (bad_turns_ > bad_turns_max)
        return fail(
            agent_error_code::model_error,
            "the model went on calling tools with arguments that are no JSON object"
        );
    return std::nullopt;
}

outcome model_work::fail(agent_error_code code, std::string message) const {
    failed gave_up;
    gave_up.code = code;
    gave_up.message = std::move(message);
    gave_up.usage = usage_;
    return gave_up;
}

void model_work::count(const protocol::token_usage& counted) {
    if (!usage_)
        usage_.emplace();
    usage_->provider = counted.provider;
    usage_->model = counted.model;
    usage_->input_tokens += counted.input_tokens;
    usage_->output_tokens += counted.output_tokens;
    usage_->total_tokens += counted.total_tokens;
    add(usage_->reasoning_tokens, counted.reasoning_tokens);
    add(usage_->cached_tokens, counted.cached_tokens);
}

ports::model_request model_work::request() const {
    ports::model_request made;
    made.messages = told_.messages();
    made.tools = offered_;
    return made;
}

}  // namespace clarion::agents::model
