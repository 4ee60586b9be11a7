#pragma once

#include "app/admin/metric_families.hpp"
#include "core/metrics/counters.hpp"

namespace clarion::app {

/// What became of messages and events on their way: emitted, committed, written, acknowledged,
/// parked, replayed.
void add_delivery(metric_families& to, const metrics::counters& all);

}  // namespace clarion::app
