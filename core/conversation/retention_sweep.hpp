#pragma once

#include "core/async/task.hpp"
#include "core/failure/ledger.hpp"
#include "core/storage/event_log.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace clarion::conversation {

/// `limits.retention_days` and `limits.retention_bytes`; 0 keeps everything.
struct retention_policy {
    std::int64_t days = 0;
    std::int64_t bytes_max = 0;

    bool keeps_everything() const { return days == 0 && bytes_max == 0; }
};

inline constexpr duration retention_interval = std::chrono::minutes(10);

/// Takes from the log what need not be kept any more, one small step after the other, and tells
/// whoever has the threads loaded. One shard.
class retention_sweep {
public:
    /// `tell` is asked for after each step, before the next.
    retention_sweep(
        storage::event_log& log,
        retention_policy policy,
        failure::ledger& failures,
        std::function<task<>(std::vector<storage::trimmed_thread>)> tell
    );

    /// A sweep now, which also ends what an earlier process left of one; then one every
    /// `retention_interval`, unless everything is kept. Until it is cancelled.
    task<> run();
    /// One sweep over the whole log. A log that cannot be written ends it, and goes to the ledger.
    task<> sweep();

private:
    storage::retention bounds_at(std::int64_t now_ms) const;
    void conclude(const storage::trimmed& gone) const;

    storage::event_log& log_;
    retention_policy policy_;
    failure::ledger& failures_;
    std::function<task<>(std::vector<storage::trimmed_thread>)> tell_;
};

}  // namespace clarion::conversation
