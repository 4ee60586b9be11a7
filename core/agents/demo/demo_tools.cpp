#include "core/agents/demo/demo_tools.hpp"

#include "core/agents/typed_tool.hpp"
#include "core/async/sleep.hpp"

#include <chrono>

namespace clarion::agents::demo {

namespace {

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

}  // namespace

std::unique_ptr<tool> make_failing_tool() {
    return std::make_unique<failing_tool>();
}

std::unique_ptr<tool> make_sleeping_tool() {
    return std::make_unique<sleeping_tool>();
}

void add_demo_tools(tool_registry& tools) {
    tools.add(make_failing_tool());
    tools.add(make_sleeping_tool());
}

}  // namespace clarion::agents::demo
