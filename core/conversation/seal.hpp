#pragma once

#include "core/async/task.hpp"
#include "core/conversation/thread_log.hpp"
#include "core/engine/ending.hpp"
#include "core/storage/event_log.hpp"

#include <string>
#include <variant>

namespace clarion::conversation {

/// The run has its terminal now.
struct run_sealed {};
/// The run has no event of its own yet: nothing was lost, it can still be started.
struct run_never_began {};
struct seal_failed {
    std::string reason;
};
using seal_verdict = std::variant<run_sealed, run_never_began, seal_failed>;

/// Ends a run of which only the log knows: its process is gone, or the log had refused its end.
/// Folds the run's committed events, closes what is open, commits the terminal (PROTOCOL §4).
task<seal_verdict> seal_run(
    storage::event_log& storage,
    thread_log& log,
    const storage::open_run& run,
    engine::run_failed why
);

}  // namespace clarion::conversation
