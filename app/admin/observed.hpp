#pragma once

#include "app/memory_watch.hpp"
#include "core/async/executor.hpp"
#include "core/canary/canary.hpp"
#include "core/conversation/conversations.hpp"
#include "core/failure/ledger.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace clarion::app {

/// What an operator can look at. Outlives the pages; its parts outlive the shards' last turn.
struct observed {
    std::vector<executor> shards;
    /// By shard.
    std::vector<const conversation::conversations*> homes;
    const failure::ledger& failures;
    /// What the log on stderr has lost. Any thread.
    std::function<std::uint64_t()> log_lines_dropped;
    /// Nothing for a log in memory. Any thread.
    std::function<std::optional<storage::sqlite_figures>()> storage;
    const memory_watch& memory;
    /// Unix ms.
    std::int64_t started_ms = 0;
    /// What has come of the canary's rounds. None: there is no canary. Any thread.
    std::function<canary::canary_figures()> canary_rounds{};
};

/// So long a page waits for a shard that does not answer.
inline constexpr duration answer_time_max = std::chrono::seconds(2);

}  // namespace clarion::app
