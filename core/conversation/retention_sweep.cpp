#include "core/conversation/retention_sweep.hpp"

#include "core/async/sleep.hpp"
#include "core/metrics/counters.hpp"

#include <string>
#include <utility>
#include <variant>

namespace clarion::conversation {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

}  // namespace

retention_sweep::retention_sweep(
    storage::event_log& log,
    retention_policy policy,
    failure::ledger& failures,
    std::function<task<>(std::vector<storage::trimmed_thread>)> tell
)
    : log_(log), policy_(policy), failures_(failures), tell_(std::move(tell)) {}

storage::retention retention_sweep::bounds_at(std::int64_t now_ms) const {
    return {
        .now_ms = now_ms,
        .before_ms = policy_.days == 0 ? 0 : now_ms - policy_.days * day_ms,
        .bytes_max = policy_.bytes_max,
    };
}

task<> retention_sweep::run() {
    co_await sweep();
    while (!policy_.keeps_everything()) {
        co_await sleep_for(retention_interval);
        co_await sweep();
    }
}

task<> retention_sweep::sweep() {
    const executor on = co_await asio::this_coro::executor;
    metrics::counters& counters = metrics::counters_of(on);
    const storage::retention keep = bounds_at(on.owner().wall_ms());
    storage::trimmed all;
    for (bool more = true; more;) {
        storage::trim_verdict verdict = co_await log_.trim(keep);
        if (const auto* down = std::get_if<storage::unavailable>(&verdict)) {
            const std::string told = "retention stops until the next sweep: " + down->reason;
            failures_.report(failure::code::storage_unavailable, {}, told);
            break;
        }
        auto& step = std::get<storage::trimmed>(verdict);
        more = step.more;
        counters.events_trimmed += static_cast<std::uint64_t>(step.events);
        counters.bytes_trimmed += static_cast<std::uint64_t>(step.bytes);
        all.events += step.events;
        all.bytes += step.bytes;
        if (!step.threads.empty())
            co_await tell_(std::move(step.threads));
    }
    ++counters.retention_sweeps;
    conclude(all);
}

void retention_sweep::conclude(const storage::trimmed& gone) const {
    if (gone.events > 0)
        failures_.log().info(
            "retention: " + counted(gone.events, "event") + " taken from the log (" +
            counted(gone.bytes, "byte") + ')'
        );
}

}  // namespace clarion::conversation
