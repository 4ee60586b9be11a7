#pragma once

#include "core/async/executor.hpp"
#include "core/failure/logger.hpp"
#include "core/metrics/loop_probe.hpp"

#include <memory>
#include <vector>

namespace clarion::app {

/// Looks after the shards from before they run until they stand still: how late their timers are
/// is counted, and a commit that takes long is a line in the log.
class shard_watch {
public:
    /// Before the shards run; they outlive it.
    shard_watch(const std::vector<executor>& shards, const failure::logger& log);

private:
    std::vector<std::unique_ptr<metrics::loop_probe>> probes_;
};

}  // namespace clarion::app
