#pragma once

#include "app/admin/process_facts.hpp"
#include "app/admin/snapshot.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace clarion::app {

/// Everything that `/metrics` tells, at one moment.
struct measured {
    server_snapshot shards;
    std::optional<storage::sqlite_figures> storage;
    failure::ledger_snapshot failures;
    process_facts process;
    /// 0: no bound.
    std::int64_t memory_bytes_max = 0;
    bool is_memory_spent = false;
    std::uint64_t log_lines_dropped = 0;
    std::int64_t started_ms = 0;
    std::optional<canary::canary_figures> canary_rounds;
};

/// A moment's figures as a source of Prometheus metrics, for any registry or serializer.
class snapshot_metrics final : public prometheus::Collectable {
public:
    explicit snapshot_metrics(measured of) : of_(std::move(of)) {}

    std::vector<prometheus::MetricFamily> Collect() const override;

private:
    measured of_;
};

/// The text exposition format, version 0.0.4.
std::string to_prometheus_text(measured of);

/// The figures of now.
task<measured> measure(const observed& server);

}  // namespace clarion::app
