#pragma once

#include "core/agents/tool_registry.hpp"
#include "core/async/timer_queue.hpp"
#include "core/protocol/server_frames.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents {

/// What one agent stands on.
struct agent_needs {
    std::string agent;
    /// Of which one is enough, the preferred one first; none: it needs none. Opaque keys.
    std::vector<std::string> services{};
    /// As it was given them: the sources of all of them have to be there.
    std::vector<std::string> tools{};
};

/// Who of the agents can answer (PROTOCOL §2, `agents[]`). Says which services are to be asked now,
/// takes in what came of it, and judges. Without I/O. One shard.
class availability {
public:
    /// `agents`, all available, as configured; `tools` outlives it. An agent of which no needs are
    /// known can always answer.
    availability(std::vector<protocol::server::agent_card> agents, const tool_registry& tools);
    void add(agent_needs needs);

    /// Nothing can ever change.
    bool is_constant() const { return needs_.empty(); }
    /// The services that have not been asked for so long that it is time; each once.
    std::vector<std::string> due(time_point now) const;
    /// What came of asking one: nothing, it would serve; else why not, in words.
    void take(const std::string& name, std::optional<std::string> trouble, time_point now);

    /// Looks at all of them; those whose state or reason is another than at the last look. The
    /// pointers hold as long as this does.
    std::vector<const protocol::server::agent_card*> judge();
    const std::vector<protocol::server::agent_card>& cards() const { return cards_; }

private:
    struct service {
        time_point due{};
        std::optional<std::string> trouble{};
    };
    std::optional<std::string> trouble_of(const agent_needs& of) const;

    std::vector<protocol::server::agent_card> cards_;
    const tool_registry& tools_;
    std::map<std::string, service> services_;
    std::map<std::string, agent_needs> needs_;  // by agent
};

}  // namespace clarion::agents
