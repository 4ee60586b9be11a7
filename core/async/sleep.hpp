#pragma once

#include "core/async/task.hpp"

namespace clarion {

/// Ends at `when` on the shard's clock (at once when it has passed); `time_point::never()` only
/// ends by cancellation. Throws operation_aborted when cancelled.
task<> sleep_until(time_point when);

/// The same, counted from now.
task<> sleep_for(duration time);

}  // namespace clarion
