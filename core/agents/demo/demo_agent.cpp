#include "core/agents/demo/demo_agent.hpp"

#include "core/agents/demo/demo_command.hpp"
#include "core/agents/demo/demo_turn.hpp"
#include "core/agents/demo/demo_words.hpp"
#include "core/agents/demo/plain_text.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace clarion::agents::demo {

namespace {

constexpr std::size_t searched_bytes_max = 1024;

tool_call call_of(const char* tool_name) {
    return {tool_name, {"{}"}};
}

tool_call call_of(const char* tool_name, const char* argument, const std::string& value) {
    tool_call call{tool_name, {}};
    protocol::object_writer arguments(call.arguments.text);
    arguments(argument, value);
    arguments.end();
    return call;
}

outcome outcome_of(step last) {
    return last == step::done ? outcome(completed()) : outcome(stopped());
}

task<outcome> say_and_end(demo_turn& turn, std::string text) {
    const step last = co_await turn.say(std::move(text));
    co_return outcome_of(last);
}

// One function a command. The plan has been committed before; `/think` commits its own.

task<outcome> perform(demo_turn& turn, calculate asked) {
    const auto ending = co_await turn.call(call_of("calculator", "expression", asked.expression));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, calculation_answer(asked, *ending));
}

task<outcome> perform(demo_turn& turn, tell_time) {
    const auto ending = co_await turn.call(call_of("clock"));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, time_answer(*ending));
}

task<outcome> perform(demo_turn& turn, search asked) {
    const auto ending = co_await turn.call(call_of("search_thread", "query", asked.query));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, search_answer(asked, *ending));
}

task<outcome> perform(demo_turn& turn, measure_text asked) {
    const auto ending = co_await turn.call(call_of("text_stats", "text", asked.text));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, text_answer(*ending));
}

task<outcome> perform(demo_turn& turn, tell_story asked) {
    const step last = co_await turn.tell_words(asked.words_count, asked.pause);
    co_return outcome_of(last);
}

task<outcome> perform(demo_turn& turn, call_tools asked) {
    std::vector<tool_call> calls;
    for (std::size_t number = 1; number <= asked.calls_count; ++number)
        calls.push_back(call_of(
            "text_stats",
            "text",
            "call " + std::to_string(number) + " of " + turn.message()
        ));
    const auto answers = co_await turn.call_all(std::move(calls));
    if (!answers)
        co_return stopped();
    co_return co_await say_and_end(turn, parallel_answer(*answers));
}

task<outcome> perform(demo_turn& turn, fail) {
    const auto ending = co_await turn.call(call_of("failing_tool"));
    if (!ending)
        co_return stopped();
    failed gave_up;
    gave_up.code = protocol::agent_error_code::tool_failed;
    gave_up.message = "failing_tool failed: " + ending->error.value_or("");
    co_return outcome(std::move(gave_up));
}

task<outcome> perform(demo_turn&, throw_exception) {
    throw std::runtime_error("the demo agent threw this exception, as /throw asks for");
    co_return stopped();
}

task<outcome> perform(demo_turn& turn, hang) {
    const auto ending = co_await turn.call(call_of("sleeping_tool"));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, hang_answer(*ending));
}

task<outcome> perform(demo_turn& turn, ask_approval asked) {
    const auto ending = co_await turn.call(call_of("guarded_tool", "text", asked.text));
    if (!ending)
        co_return stopped();
    co_return co_await say_and_end(turn, approval_answer(asked, *ending));
}

/// As much of a text's beginning as search_thread takes.
std::string searchable(std::string text) {
    text.resize(std::min(text.size(), searched_bytes_max));
    text.resize(protocol::utf8_prefix_bytes(text));
    return text;
}

task<outcome> perform(demo_turn& turn, report asked) {
    auto counted = co_await turn.call(call_of("text_stats", "text", asked.text));
    if (!counted)
        co_return stopped();
    step told = co_await turn.tell_progress(counting_progress(*counted), 50);
    if (told == step::refused)
        co_return stopped();
    auto searched = co_await turn.call(call_of("search_thread", "query", searchable(asked.text)));
    if (!searched)
        co_return stopped();
    told = co_await turn.tell_progress(searching_progress(*searched), 100);
    if (told == step::refused)
        co_return stopped();
    const findings found{*std::move(counted), *std::move(searched)};
    told = co_await turn.say(report_answer(asked, found));
    if (told == step::refused)
        co_return stopped();
    const step last = co_await turn.sum_up(report_summary(asked, found));
    co_return outcome_of(last);
}

task<outcome> perform(demo_turn& turn, hand_off) {
    step given = co_await turn.hand_over(helper_name, handoff_reason(turn.message()));
    if (given == step::done)
        given = co_await turn.think(helper_reasoning(turn.message()));
    if (given == step::refused)
        co_return stopped();
    co_return co_await say_and_end(turn, helper_answer(turn.message()));
}

task<outcome> perform(demo_turn& turn, think asked) {
    for (std::size_t number = 1; number <= asked.steps_count; ++number) {
        const step thought = co_await turn.think(reasoning_step(turn.message(), asked, number));
        if (thought == step::refused)
            co_return stopped();
    }
    const std::string steps = std::to_string(asked.steps_count);
    co_return co_await say_and_end(turn, "I have thought it over; steps taken: " + steps + ".");
}

task<outcome> perform(demo_turn& turn, help asked) {
    return say_and_end(turn, help_answer(asked));
}

class demo_agent final : public agent {
public:
    explicit demo_agent(demo_agent_settings settings) : name_(std::move(settings.name)) {
        if (!settings.description.empty())
            description_ = std::move(settings.description);
    }

    const std::string& name() const override { return name_; }
    const std::string& description() const override { return description_; }
    const std::vector<std::string>& tool_names() const override { return tool_names_; }
    std::size_t parallel_tools_max() const override { return tool_calls_max; }

    task<outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher& tools
    ) const override {
        demo_turn turn(request, bridge, tools);
        command asked = understand(request.text);
        if (!std::holds_alternative<think>(asked)) {
            const step planned = co_await turn.think(reasoning(request.text, asked));
            if (planned == step::refused)
                co_return stopped();
        }
        const auto perform_it = [&turn](auto& one) {
            return perform(turn, std::move(one));
        };
        task<outcome> performance = std::visit(perform_it, asked);
        co_return co_await std::move(performance);
    }

    // Only a call that waits for a person suspends a run.
    task<outcome> resume(
        const engine::request_scope& request,
        engine::bridge& bridge,
        tool_dispatcher& tools,
        protocol::json_text
    ) const override {
        demo_turn turn(request, bridge, tools);
        command asked = understand(request.text);
        const auto ending = co_await turn.go_on();
        if (!ending)
            co_return stopped();
        const auto& about = std::get<ask_approval>(asked);
        co_return co_await say_and_end(turn, approval_answer(about, *ending));
    }

private:
    const std::string name_;
    std::string description_ =
        "Computes, tells the time, searches the conversation and counts words, without a model.";
    const std::vector<std::string> tool_names_{
        "calculator",
        "clock",
        "search_thread",
        "text_stats",
        "failing_tool",
        "sleeping_tool",
        "guarded_tool",
    };
};

}  // namespace

std::unique_ptr<agent> make_demo_agent(demo_agent_settings settings) {
    return std::make_unique<demo_agent>(std::move(settings));
}

}  // namespace clarion::agents::demo
