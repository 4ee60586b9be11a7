#pragma once

#include "core/agents/agent.hpp"
#include "core/ports/model.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents::model {

/// What one run of a model agent may cost. Past `turns` it ends in `max_turns`, past the calls or
/// tokens in `budget_exceeded`.
struct model_agent_limits {
    std::int64_t turns = 16;  ///< answers of the model
    std::int64_t tool_calls = 64;
    std::size_t parallel_tools = 8;
    std::int64_t tokens = 200'000;  ///< in and out, over all turns, as the server counts
    duration tool_timeout = std::chrono::seconds(30);  ///< of one call, whatever the tool
    duration run_deadline = std::chrono::minutes(10);
    std::size_t history_messages = 200;  ///< of the thread, the newest ones
};

struct model_agent_settings {
    std::string name;
    std::string description;
    std::string prompt;
    /// The name of its model in the configuration.
    std::string model;
    std::vector<std::string> tools;
    /// Those it may call, and those it may hand the run over to.
    std::vector<std::string> agents{};
    std::vector<std::string> handoffs{};
    /// What the model's context holds, its answer included.
    std::int64_t context_tokens = 32'768;
    model_agent_limits limits{};
    /// It makes titles, each for one more request.
    bool title = false;
};

/// Lets a model decide: tells it the thread, shows what it answers, calls the tools it asks for,
/// and tells it their results, until it has answered without asking. Arguments that the called do
/// not take go back to the model, two turns in a row at most. A server that silently cut off the
/// front of what it was told ends the run in `context_truncated`.
class model_agent final : public agent {
public:
    /// `models` outlives the agent.
    model_agent(model_agent_settings settings, ports::models& models);

    const std::string& name() const override { return settings_.name; }
    const std::string& description() const override { return settings_.description; }
    std::optional<std::string> model() const override { return settings_.model; }
    const std::vector<std::string>& tool_names() const override { return settings_.tools; }
    const std::vector<std::string>& agent_names() const override { return settings_.agents; }
    std::size_t parallel_tools_max() const override { return settings_.limits.parallel_tools; }
    std::optional<duration> tool_timeout() const override { return settings_.limits.tool_timeout; }
    std::optional<duration> run_deadline() const override { return settings_.limits.run_deadline; }

    task<outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher& tools
    ) const override;
    task<outcome> resume(
        const engine::request_scope& request,
        engine::bridge& bridge,
        tool_dispatcher& tools,
        protocol::json_text checkpoint
    ) const override;
    bool makes_titles() const override { return settings_.title; }
    task<title_verdict> make_title(thread_beginning of) const override;

private:
    ports::model* find_model(const executor& on) const;
    outcome no_model() const;

    model_agent_settings settings_;
    ports::models& models_;
};

}  // namespace clarion::agents::model
