#include "core/agents/demo/demo_tools.hpp"

#include "core/agents/excerpt.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/async/sleep.hpp"
#include "core/protocol/json_writer.hpp"

#include <chrono>

namespace clarion::agents::demo {

namespace {

constexpr std::size_t said_bytes_max = 1000;

class failing_tool final : public typed_tool<no_arguments> {
public:
    failing_tool()
        : typed_tool({
              .name = "failing_tool",
              .description = "Always fails, to show what a failure looks like.",
              .parameters = {R"({"type":"object","properties":{}})"},
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, no_arguments) const override {
        tool_failure failure;
        failure.message = "this tool always fails; it is here to show what a failure looks like";
        co_return tool_result(std::move(failure));
    }
};

class sleeping_tool final : public typed_tool<no_arguments> {
public:
    sleeping_tool()
        : typed_tool({
              .name = "sleeping_tool",
              .description = "Sleeps for an hour, to show what a time-out looks like.",
              .parameters = {R"({"type":"object","properties":{}})"},
              .timeout = std::chrono::seconds(2),
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, no_arguments) const override {
        co_await sleep_for(std::chrono::hours(1));
        tool_value slept;
        slept.result.text = R"({"slept_ms":3600000})";
        co_return tool_result(std::move(slept));
    }
};

struct guarded_arguments {
    std::string text;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("text", self.text, protocol::rules::not_empty);
    }
};

class guarded_tool final : public typed_tool<guarded_arguments> {
public:
    guarded_tool()
        : typed_tool({
              .name = "guarded_tool",
              .description = "Says a text, once a person has allowed it.",
              .parameters = {R"({"type":"object","properties":{"text":{"type":"string",)"
                             R"("minLength":1}},"required":["text"]})"},
              .approve = approval_policy::always,
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, guarded_arguments arguments) const override {
        tool_value spoken;
        spoken.result.text =
            protocol::to_json(spoken_text{excerpt(arguments.text, said_bytes_max)});
        co_return tool_result(std::move(spoken));
    }
};

}  // namespace

std::unique_ptr<tool> make_guarded_tool() {
    return std::make_unique<guarded_tool>();
}

std::unique_ptr<tool> make_failing_tool() {
    return std::make_unique<failing_tool>();
}

std::unique_ptr<tool> make_sleeping_tool() {
    return std::make_unique<sleeping_tool>();
}

void add_demo_tools(tool_registry& tools) {
    tools.add(make_failing_tool());
    tools.add(make_sleeping_tool());
    tools.add(make_guarded_tool());
}

}  // namespace clarion::agents::demo
