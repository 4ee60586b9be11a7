#pragma once

#include "core/agents/agent.hpp"
#include "core/protocol/server_frames.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::agents {

/// The agents of the process by name, and which of them answers when a message names none.
/// Immutable, shared by all shards.
class agent_registry {
public:
    /// Keeps the order given. Throws std::invalid_argument, which names the trouble, when two
    /// agents have one name or none has the default's.
    agent_registry(std::vector<std::unique_ptr<const agent>> agents, std::string default_name);

    /// nullptr when there is none of that name.
    const agent* find(std::string_view name) const;
    const std::string& default_name() const { return default_name_; }

    /// As told in `welcome.agents` (PROTOCOL §2): without the server's own (`is_own_name`).
    std::vector<protocol::server::agent_card> cards() const;

private:
    std::vector<std::unique_ptr<const agent>> agents_;
    std::string default_name_;
};

}  // namespace clarion::agents
