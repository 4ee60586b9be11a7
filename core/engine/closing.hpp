#pragma once

#include "core/engine/ending.hpp"
#include "core/engine/run_grammar.hpp"
#include "core/protocol/payloads.hpp"

#include <cstdint>
#include <string>
#include <vector>

// The closer's knowledge, as pure functions: used when a run ends, when the log had refused its
// end, and when the process that ran it is gone.
namespace clarion::engine {

/// What must come before the terminal: open approvals as `cancelled`, open tools as `cancelled`,
/// the open text by its `assistant_message`, and for a completed run the `agent_thinking` and
/// `assistant_message` that the grammar asks of a silent agent, by who has the run then.
/// `new_message_id` names that empty message. Empty for a run that never began.
std::vector<protocol::payload>
closing_events(const run_grammar& state, const ending& how, const std::string& new_message_id);

struct run_measures {
    std::int64_t execution_time_ms = 0;
    protocol::run_timing timing;
    protocol::run_census census;
    /// As far as it is known; for an ending that does not say.
    std::optional<protocol::token_usage> usage{};
};

/// The one terminal, by who has the run then: after a hand-off not the agent that began. `state`
/// has taken in what `closing_events` gave. `asked_agent` is for a run that never began.
protocol::payload terminal_event(
    const run_grammar& state,
    const ending& how,
    std::string asked_agent,
    run_measures measured
);

}  // namespace clarion::engine
