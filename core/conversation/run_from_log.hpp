#pragma once

#include "core/async/task.hpp"
#include "core/conversation/thread_log.hpp"
#include "core/engine/suspended_run.hpp"
#include "core/storage/event_log.hpp"

#include <string>
#include <variant>

// A run of which only the log knows.
namespace clarion::conversation {

struct fold_failed {
    std::string reason;
};

/// Its state, folded from its committed events.
task<std::variant<engine::run_fold, fold_failed>>
fold_from_log(storage::event_log& storage, const thread_log& log, const storage::open_run& run);

/// A suspended run with what it goes on from. A checkpoint that cannot be read, as one of a later
/// version, is a failure.
task<std::variant<engine::suspended_run, fold_failed>> suspended_from_log(
    storage::event_log& storage,
    const thread_log& log,
    const storage::open_run& run
);

}  // namespace clarion::conversation
