#pragma once

#include "core/agents/tool_dispatcher.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "tests/support/recorded_run.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::agents::test {

/// A run with a dispatcher and tools that a test adds.
struct dispatcher_fixture {
    explicit dispatcher_fixture(support::recorded_run_options with = {}) : run(std::move(with)) {}

    /// Adds a tool and lets the agent call it.
    void add(std::unique_ptr<const tool> added) {
        limits.tool_names.push_back(added->spec().name);
        tools.add(std::move(added));
    }
    void add(
        std::string name,
        support::scripted_tool::script work,
        duration timeout = std::chrono::seconds(30)
    ) {
        add(std::make_unique<support::scripted_tool>(std::move(name), std::move(work), timeout));
    }

    /// After the last `add`.
    tool_dispatcher& dispatcher() {
        if (!dispatcher_)
            dispatcher_.emplace(run.scope(), run.bridge(), tools, run.calls(), limits);
        return *dispatcher_;
    }

    static task<> call_into(
        tool_dispatcher& dispatcher,
        std::vector<tool_call> calls,
        std::optional<tool_dispatcher::answers>& into
    ) {
        into.emplace(co_await dispatcher.call(std::move(calls)));
    }
    void start(std::vector<tool_call> calls) {
        answers.reset();
        run.start(call_into(dispatcher(), std::move(calls), answers));
    }
    /// The answers in the order of the calls.
    std::vector<tool_answer> call(std::vector<tool_call> calls) {
        start(std::move(calls));
        run.finish();
        return std::get<std::vector<tool_answer>>(answers.value());
    }
    /// One call by its name and arguments.
    tool_ending call(std::string tool_name, std::string arguments = "{}") {
        std::vector<tool_call> calls{{std::move(tool_name), {std::move(arguments)}}};
        return call(std::move(calls)).at(0).ending;
    }

    std::vector<protocol::tool_executing> executing() const {
        return run.all<protocol::tool_executing>();
    }
    std::vector<protocol::tool_completed> completed() const {
        return run.all<protocol::tool_completed>();
    }
    duration elapsed() { return run.world().now() - began; }

    support::recorded_run run;
    tool_registry tools;
    dispatch_limits limits;
    std::optional<tool_dispatcher::answers> answers;
    time_point began = run.world().now();

private:
    std::optional<tool_dispatcher> dispatcher_;
};

inline tool_result value_of(std::string json) {
    tool_value value;
    value.result.text = std::move(json);
    return value;
}

}  // namespace clarion::agents::test
