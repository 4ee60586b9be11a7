#pragma once

#include "core/agents/agent.hpp"
#include "core/ports/remote_agent.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents::remote {

struct remote_agent_settings {
    std::string name;
    std::string description;
    std::optional<duration> run_deadline;
    std::size_t history_messages = 200;  ///< of the thread, the newest ones
};

/// An agent that lives elsewhere: tells it the thread and shows what comes back, through the same
/// gate as every agent's events. Its tools are its own: it calls them, here they are only shown.
class remote_agent final : public agent {
public:
    /// `agents` outlives the agent.
    remote_agent(remote_agent_settings settings, ports::remote_agents& agents);

    const std::string& name() const override { return settings_.name; }
    const std::string& description() const override { return settings_.description; }
    const std::vector<std::string>& tool_names() const override { return no_names; }
    std::optional<duration> run_deadline() const override { return settings_.run_deadline; }

    task<outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher& tools
    ) const override;

private:
    remote_agent_settings settings_;
    ports::remote_agents& agents_;
};

}  // namespace clarion::agents::remote
