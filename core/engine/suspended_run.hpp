#pragma once

#include "core/engine/run_census.hpp"
#include "core/engine/run_grammar.hpp"
#include "core/engine/work_checkpoint.hpp"
#include "core/protocol/payloads.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::engine {

/// A run's state, folded from its committed events.
struct run_fold {
    run_grammar grammar;
    run_census census;
    /// Decisions of its approvals, in the order of their commits.
    std::vector<protocol::approval_resolved> decided;
    std::int64_t last_timestamp_ms = 0;
    std::int64_t started_ms = 0;  ///< of its first event, Unix ms
};

/// A run that waits for a person, as the log knows it.
struct suspended_run {
    run_fold fold;
    run_checkpoint checkpoint;
};

}  // namespace clarion::engine
