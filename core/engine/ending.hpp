#pragma once

#include "core/metrics/counters.hpp"
#include "core/protocol/payloads.hpp"

#include <optional>
#include <string>
#include <variant>

namespace clarion::engine {

// How a run ends; each becomes one terminal event.

struct run_completed {
    std::optional<protocol::token_usage> usage;
};
struct run_failed {
    protocol::agent_error_code code = protocol::agent_error_code::internal;
    std::string message;
    std::optional<protocol::token_usage> usage;
};
struct run_cancelled {
    protocol::cancel_reason reason = protocol::cancel_reason::user;
};
using ending = std::variant<run_completed, run_failed, run_cancelled>;

/// Once the terminal is committed.
inline void count_ending(metrics::counters& into, const ending& how) {
    into.runs_ended.add(static_cast<metrics::run_end>(how.index()));
    if (const auto* failed = std::get_if<run_failed>(&how))
        into.run_errors.add(failed->code);
}

}  // namespace clarion::engine
