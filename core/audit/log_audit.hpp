#pragma once

#include "core/protocol/ids.hpp"
#include "core/storage/sqlite/log_walk.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace clarion::audit {

/// One thing that must not be. Without a user it concerns the log as a whole.
struct violation {
    protocol::thread_key where;
    std::int64_t seq = 0;  ///< 0: the thread as a whole
    std::string what;
};

/// One line that names user, thread, seq and what; without control characters.
std::string told(const violation& found);

struct audit_sums {
    std::int64_t threads = 0;
    std::int64_t runs = 0;
    std::int64_t open_runs = 0;
    std::int64_t events = 0;
    std::int64_t violations = 0;
    /// Why the walk ended before the log's end, if it did.
    std::optional<std::string> failure;
};

/// Walks the whole log and reports each violation when it is found; each thread as of one moment.
/// Memory is bounded by a page and by the open runs of one thread. Blocks, until `stop` at most.
audit_sums audit_log(
    storage::sqlite::log_walk& log,
    const std::function<void(const violation&)>& report,
    const std::stop_token& stop = {}
);

}  // namespace clarion::audit
