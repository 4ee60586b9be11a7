#include "core/failure/ledger.hpp"

#include "core/failure/legible_text.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/trace/async_stack.hpp"

#include <algorithm>
#include <utility>

namespace clarion::failure {

namespace {

severity raised(severity how, const std::optional<protocol::event_level>& level) {
    return level == protocol::event_level::mission_critical ? severity::critical : how;
}

std::vector<std::string> bounded(const std::vector<std::string>& stack) {
    std::vector<std::string> kept;
    for (const std::string& frame : stack) {
        if (kept.size() == stack_frames_max)
            break;
        kept.push_back(cut(frame, stack_frame_bytes_max));
    }
    return kept;
}

std::string line_about(const record& failed) {
    const code_traits& row = traits_of(failed.what);
    std::string line(row.name);
    if (failed.seq > 0)
        line += " at seq " + std::to_string(failed.seq);
    if (!failed.detail.empty())
        line.append(": ").append(failed.detail);
    line.append(" | impact: ").append(row.impact);
    line.append(" | remedy: ").append(row.remedy);
    return line;
}

record record_of(code what, const concern& touched, std::string_view detail, std::int64_t now_ms) {
    const context& about = touched.about;
    return {
        .ts = now_ms,
        .what = what,
        .how = raised(traits_of(what).how, touched.level),
        .connection_id = cut(about.connection_id, protocol::id_bytes_max),
        .user_id = std::string(shortened(about.user_id)),
        .thread_id = cut(about.thread_id, protocol::id_bytes_max),
        .run_id = cut(about.run_id, protocol::id_bytes_max),
        .seq = touched.seq,
        .detail = cut(detail, detail_bytes_max),
        .stack = bounded(touched.stack),
    };
}

}  // namespace

ledger::ledger(logger log, wall_clock clock) : log_(std::move(log)), clock_(std::move(clock)) {
    for (std::size_t index = 0; index < codes_count; ++index)
        tallies_[index].what = static_cast<code>(index);
    records_.reserve(records_max);
}

void ledger::report(
    code what,
    const concern& touched,
    std::string_view detail,
    std::source_location from
) {
    const std::int64_t now_ms = clock_();
    record failed = record_of(what, touched, detail, now_ms);
    if (failed.stack.empty())
        failed.stack = bounded(trace::async_stack(from, stack_frames_max));
    const severity how = failed.how;
    const std::string line = line_about(failed);
    {
        const std::scoped_lock lock(mutex_);
        tally& counted = tallies_[static_cast<std::size_t>(what)];
        counted.first = counted.count == 0 ? now_ms : std::min(counted.first, now_ms);
        counted.last = std::max(counted.last, now_ms);
        ++counted.count;
        ++counted.by_severity[static_cast<std::size_t>(how)];
        next_record() = std::move(failed);
    }
    log_.with(touched.about).write(how, line);
}

record& ledger::next_record() {
    if (records_.size() < records_max)
        return records_.emplace_back();
    record& reused = records_[oldest_];
    oldest_ = (oldest_ + 1) % records_max;
    return reused;
}

std::uint64_t ledger::count(code what) const {
    const std::scoped_lock lock(mutex_);
    return tallies_[static_cast<std::size_t>(what)].count;
}

ledger_snapshot ledger::snapshot() const {
    const std::scoped_lock lock(mutex_);
    ledger_snapshot shown;
    std::ranges::copy_if(tallies_, std::back_inserter(shown.tallies), [](const tally& counted) {
        return counted.count > 0;
    });
    shown.records.reserve(records_.size());
    const auto middle = records_.begin() + static_cast<std::ptrdiff_t>(oldest_);
    shown.records.insert(shown.records.end(), middle, records_.end());
    shown.records.insert(shown.records.end(), records_.begin(), middle);
    return shown;
}

}  // namespace clarion::failure
