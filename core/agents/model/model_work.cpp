#include "core/agents/model/model_work.hpp"

#include "core/agents/excerpt.hpp"
#include "core/agents/model/token_estimate.hpp"
#include "core/agents/token_sum.hpp"
#include "core/engine/checkpoint_text.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace clarion::agents::model {

using protocol::agent_error_code;

namespace {

// How often in a row arguments that the called do not take go back to the model.
constexpr std::int64_t bad_turns_max = 2;
// A part of the context is the answer's: a quarter, but no more than this.
constexpr std::int64_t answer_tokens_max = 4096;
// Below it what is told is too little to say that a server has cut something off.
constexpr std::int64_t truncation_tokens_min = 1024;
// No server's context is smaller; one that tells less does not count what it was told.
constexpr std::int64_t counted_tokens_min = 512;
constexpr std::size_t handoff_reason_bytes_max = 1024;
constexpr std::size_t told_bytes_min = 512;

std::int64_t prompt_tokens_max(std::int64_t context_tokens) {
    return context_tokens - std::min(context_tokens / 4, answer_tokens_max);
}

std::string result_of(const tool_answer& answer) {
    if (answer.ending.result)
        return answer.ending.result->text;
    return "Error: " + answer.ending.error.value_or("no reason given");
}

// What the results of one turn may take of the context, each its share of half; a model is told the
// beginning of what is longer, the event has all of it. Most texts have more than three bytes a
// token.
std::size_t told_bytes_max(std::int64_t context_tokens, std::size_t results) {
    const std::int64_t bytes = prompt_tokens_max(context_tokens) / 2 * 3;
    return std::max(
        told_bytes_min,
        static_cast<std::size_t>(bytes) / std::max<std::size_t>(results, 1)
    );
}

std::string cut_to(std::size_t bytes_max, std::string text) {
    const std::size_t whole = text.size();
    if (whole <= bytes_max)
        return text;
    text.resize(protocol::utf8_prefix_bytes(std::string_view(text).substr(0, bytes_max)));
    return text + " … cut from " + std::to_string(whole) + " bytes";
}

// A hand-over is a tool to the model: this and the agent's name.
constexpr std::string_view handoff_prefix = "handoff.";

ports::offered_tool handoff_to(const std::string& name) {
    ports::offered_tool made;
    made.name = std::string(handoff_prefix) + name;
    made.description = "Hands the conversation over to the agent " + name + ", which answers then.";
    made.parameters.text = R"({"type":"object","properties":{"reason":{"type":"string"}}})";
    return made;
}

std::string reason_in(const std::string& arguments) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(arguments, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* reason = object == nullptr ? nullptr : object->if_contains("reason");
    if (reason == nullptr || !reason->is_string())
        return {};
    return excerpt(std::string(reason->get_string()), handoff_reason_bytes_max);
}

std::string question_of(const engine::request_scope& request) {
    if (!request.handed)
        return request.text;
    const engine::handover& from = *request.handed;
    std::string told = request.text + "\n\n[" + from.from + " has handed this over to you";
    if (!from.reason.empty())
        told += ": " + from.reason;
    if (!from.said.empty())
        told += ". It has said: " + from.said;
    return told + "]";
}

}  // namespace

model_work::model_work(
    const model_agent_settings& settings,
    ports::model& model,
    engine::bridge& bridge,
    tool_dispatcher& tools
)
    : settings_(settings),
      handoffs_(tools.works_for_a_call() ? std::vector<std::string>() : settings.handoffs),
      model_(model),
      bridge_(bridge),
      tools_(tools) {
    memory_.told = transcript(settings.prompt);
    for (const tool_spec* spec : tools_.offered()) {
        offered_.push_back({spec->name, spec->description, spec->parameters});
        offered_tokens_ += estimate_tokens(offered_.back());
    }
    for (const std::string& name : handoffs_) {
        offered_.push_back(handoff_to(name));
        offered_tokens_ += estimate_tokens(offered_.back());
    }
}

task<outcome> model_work::run(const engine::request_scope& request) {
    verdict ended = co_await recall(request);
    if (ended)
        co_return *std::move(ended);
    co_return co_await work_to_the_end();
}

task<outcome> model_work::go_on(protocol::json_text checkpoint) {
    memory_ = engine::read_own_checkpoint<work_memory>(checkpoint.text);
    tool_dispatcher::checkpoint keep = [this] {
        return memory();
    };
    tool_dispatcher::answers answers = co_await tools_.resume(std::move(keep));
    verdict ended = take_answers(std::move(answers));
    if (ended)
        co_return *std::move(ended);
    co_return co_await work_to_the_end();
}

task<outcome> model_work::work_to_the_end() {
    verdict ended;
    while (!ended)
        ended = co_await take_turn();
    co_return *std::move(ended);
}

protocol::json_text model_work::memory() const {
    return {protocol::to_json(memory_)};
}

task<model_work::verdict> model_work::recall(const engine::request_scope& request) {
    // An agent within a call knows the call alone.
    if (request.history && !request.parent_tool_call_id) {
        ports::history_result past =
            co_await request.history->newest(settings_.limits.history_messages);
        if (const auto* missing = std::get_if<ports::history_unavailable>(&past))
            co_return verdict(fail(agent_error_code::storage_unavailable, missing->reason));
        memory_.told.add_past(std::get<std::vector<ports::past_message>>(past));
    }
    memory_.told.add_question(question_of(request));
    co_return verdict();
}

task<model_work::verdict> model_work::take_turn() {
    if (memory_.turns++ == settings_.limits.turns)
        co_return verdict(fail(
            agent_error_code::max_turns,
            "the model had not answered after " + std::to_string(settings_.limits.turns) + " turns"
        ));
    if (bridge_.used_tokens() > settings_.limits.tokens)
        co_return verdict(fail(
            agent_error_code::budget_exceeded,
            "the run has used " + std::to_string(bridge_.used_tokens()) + " tokens of " +
                std::to_string(settings_.limits.tokens)
        ));
    const std::int64_t before = memory_.told.tokens();
    if (auto too_large = fit_context())
        co_return too_large;
    if (memory_.told.tokens() < before && !std::exchange(memory_.told_of_trimming, true)) {
        verdict refused = co_await tell("the oldest messages no longer fit the model's context");
        if (refused)
            co_return refused;
    }
    const executor on = co_await asio::this_coro::executor;
    const time_point began = on.owner().now();
    ports::model_request asked = request();
    memory_.told_tokens = least_tokens(asked);
    const auto stream = model_.ask(std::move(asked));
    model_turn turn(bridge_, settings_.name, memory_.steps);
    turn_ending ending = co_await turn.listen(*stream);
    bridge_.add_model_time(on.owner().now() - began);
    if (std::holds_alternative<turn_refused>(ending))
        co_return verdict(stopped());
    if (auto* failure = std::get_if<ports::model_failure>(&ending))
        co_return verdict(fail(failure->code, std::move(failure->message)));
    auto answer = std::get<ports::model_answer>(std::move(ending));
    if (!turn.text().empty())
        memory_.said += (memory_.said.empty() ? "" : "\n\n") + turn.text();
    co_return co_await after_answer(turn.text(), std::move(answer));
}

task<model_work::verdict> model_work::after_answer(std::string text, ports::model_answer answer) {
    if (answer.usage) {
        add(memory_.usage, answer.usage);
        bridge_.add_usage(*answer.usage);
    }
    if (auto truncated = check_truncation(answer))
        co_return truncated;
    if (!answer.calls.empty()) {
        if (auto too_many = check_calls(answer.calls))
            co_return too_many;
        if (auto handed = hand_over(answer.calls))
            co_return handed;
        co_return co_await call_tools(std::move(text), std::move(answer.calls));
    }
    verdict refused;
    if (answer.how == ports::model_finish::length)
        refused = co_await tell("the answer was cut off at the limit of the model's output");
    else if (answer.how == ports::model_finish::filtered)
        refused = co_await tell("the answer was cut off by a filter of the model's server");
    if (refused)
        co_return refused;
    co_return verdict(completed{memory_.usage});
}

task<model_work::verdict>
model_work::call_tools(std::string text, std::vector<ports::model_call> calls) {
    std::vector<tool_call> wanted;
    for (const ports::model_call& call : calls)
        wanted.push_back({call.name, {call.arguments}});
    memory_.text = std::move(text);
    memory_.wanted = std::move(calls);
    tool_dispatcher::checkpoint keep = [this] {
        return memory();
    };
    tool_dispatcher::answers answers = co_await tools_.call(std::move(wanted), std::move(keep));
    co_return take_answers(std::move(answers));
}

model_work::verdict model_work::take_answers(tool_dispatcher::answers answers) {
    if (std::holds_alternative<engine::refusal>(answers))
        return stopped();
    std::vector<std::string> results;
    bool is_bad = std::ranges::any_of(memory_.wanted, &ports::model_call::is_malformed);
    const auto& all = std::get<std::vector<tool_answer>>(answers);
    const std::size_t bytes_max = told_bytes_max(settings_.context_tokens, all.size());
    for (const tool_answer& answer : all) {
        is_bad = is_bad || answer.ending.has_bad_arguments;
        results.push_back(cut_to(bytes_max, result_of(answer)));
    }
    memory_.bad_turns = is_bad ? memory_.bad_turns + 1 : 0;
    if (memory_.bad_turns > bad_turns_max)
        return fail(
            agent_error_code::model_error,
            "the model went on calling tools with arguments that they do not take"
        );
    memory_.told
        .add_calls(std::exchange(memory_.text, {}), std::exchange(memory_.wanted, {}), results);
    return std::nullopt;
}

// The first one counts. What else was asked for in the same turn is the other agent's to ask.
model_work::verdict model_work::hand_over(const std::vector<ports::model_call>& calls) const {
    for (const ports::model_call& call : calls) {
        if (!call.name.starts_with(handoff_prefix))
            continue;
        const std::string to = call.name.substr(handoff_prefix.size());
        if (std::ranges::find(handoffs_, to) == handoffs_.end())
            continue;
        handed_over made;
        made.to = to;
        made.reason = reason_in(call.arguments);
        made.said = memory_.said;
        made.usage = memory_.usage;
        return made;
    }
    return std::nullopt;
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
    if (memory_.told.trim(room) != transcript::fit::too_large)
        return std::nullopt;
    return fail(
        agent_error_code::context_truncated,
        "what the model has to be told is about " +
            std::to_string(memory_.told.tokens() + offered_tokens_) +
            " tokens, and its context holds " + std::to_string(settings_.context_tokens)
    );
}

model_work::verdict model_work::check_truncation(const ports::model_answer& answer) const {
    if (!answer.usage || answer.usage->input_tokens < counted_tokens_min ||
        memory_.told_tokens < truncation_tokens_min ||
        answer.usage->input_tokens >= memory_.told_tokens)
        return std::nullopt;
    return fail(
        agent_error_code::context_truncated,
        "the model server took in " + std::to_string(answer.usage->input_tokens) + " of at least " +
            std::to_string(memory_.told_tokens) +
            " tokens: its context is smaller than context_tokens says"
    );
}

model_work::verdict model_work::check_calls(const std::vector<ports::model_call>& calls) {
    memory_.calls += static_cast<std::int64_t>(calls.size());
    if (memory_.calls > settings_.limits.tool_calls)
        return fail(
            agent_error_code::budget_exceeded,
            "the model asked for more than " + std::to_string(settings_.limits.tool_calls) +
                " tool calls"
        );
    return std::nullopt;
}

outcome model_work::fail(agent_error_code code, std::string message) const {
    failed gave_up;
    gave_up.code = code;
    gave_up.message = std::move(message);
    gave_up.usage = memory_.usage;
    return gave_up;
}

ports::model_request model_work::request() const {
    ports::model_request made;
    made.messages = memory_.told.messages();
    made.tools = offered_;
    made.more_came = [this] {
        bridge_.note_at_work();
    };
    return made;
}

}  // namespace clarion::agents::model
