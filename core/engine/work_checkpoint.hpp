#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/run_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// What a suspended run needs to go on in another engine, perhaps of another process (ARCHITECTURE
// §6). All of it is JSON in the run's row.
namespace clarion::engine {

/// Why another agent has the run now.
struct handover {
    std::string from;
    std::string reason;
    /// What the one before has said in this run.
    std::string said;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("from", self.from);
        visit("reason", self.reason);
        visit("said", self.said);
    }
};

/// What the engine knows.
struct work_checkpoint {
    /// Who has the run.
    std::string agent_name;
    std::int64_t handoffs = 0;
    std::optional<handover> handed;
    std::optional<protocol::token_usage> usage;
    std::int64_t tools_ms = 0;
    /// The agent's, and that of the tool calls it waits for.
    protocol::json_text work;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent_name", self.agent_name);
        visit("handoffs", self.handoffs);
        visit("handed", self.handed);
        visit("usage", self.usage);
        visit("tools_ms", self.tools_ms);
        visit("work", self.work);
    }
};

/// Who can say what another engine needs to go on.
class work_keeper {
public:
    /// Nothing when the work cannot go on elsewhere.
    virtual std::optional<work_checkpoint> save() const = 0;

protected:
    ~work_keeper() = default;
};

/// The same with what the run has measured until then.
struct run_checkpoint {
    work_checkpoint work;
    /// Since the run began, without the time in which it was suspended.
    std::int64_t working_ms = 0;
    protocol::run_timing timing;
    std::optional<protocol::token_usage> usage;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("work", self.work);
        visit("working_ms", self.working_ms);
        visit("timing", self.timing);
        visit("usage", self.usage);
    }
};

/// A run whose checkpoint is larger than this cannot go on after a restart.
inline constexpr std::size_t checkpoint_bytes_max = 8388608;

}  // namespace clarion::engine
