#include "core/audit/log_audit.hpp"

#include "core/audit/thread_audit.hpp"
#include "core/failure/legible_text.hpp"

#include <utility>
#include <vector>

namespace clarion::audit {

namespace {

using storage::sqlite::log_walk;

/// A thread's run rows one by one, from pages.
class run_rows {
public:
    run_rows(log_walk& log, std::int64_t thread_row) : log_(log), thread_row_(thread_row) {}

    std::optional<storage::walked_run> next() {
        if (at_ == page_.size()) {
            page_ = log_.runs(thread_row_, last_);
            at_ = 0;
            if (page_.empty())
                return std::nullopt;
            last_ = {page_.back().message_seq, page_.back().run_id};
        }
        return std::move(page_[at_++]);
    }

private:
    log_walk& log_;
    std::int64_t thread_row_;
    std::vector<storage::walked_run> page_;
    std::size_t at_ = 0;
    log_walk::run_position last_{-1, ""};
};

}  // namespace

std::string told(const violation& found) {
    std::string line;
    if (!found.where.user_id.empty() || !found.where.thread_id.empty()) {
        line = "user " + found.where.user_id + ", thread " + found.where.thread_id;
        if (found.seq != 0)
            line += ", seq " + std::to_string(found.seq);
        line += ": ";
    }
    line += found.what;
    std::string printable;
    failure::append_printable(printable, line);
    return printable;
}

namespace {

/// One thread, all of it of one moment. False: something could not be read, or the audit is to end.
bool audit_thread(
    log_walk& log,
    const storage::walked_thread& thread,
    const std::stop_token& stop,
    const thread_audit::report& to,
    audit_sums& sums
) {
    run_rows rows(log, thread.row);
    const auto next_run = [&rows] {
        return rows.next();
    };
    thread_audit audit(thread, next_run, to);
    std::int64_t after_seq = -1;
    for (auto page = log.events(thread.row, after_seq); !page.empty();
         page = log.events(thread.row, after_seq)) {
        for (const storage::walked_event& event : page)
            audit.take(event);
        after_seq = page.back().seq;
        if (stop.stop_requested())
            return false;
    }
    // Events that could not be read are not events that are missing.
    sums.failure = log.failure();
    if (sums.failure)
        return false;
    audit.finish();
    ++sums.threads;
    sums.runs += audit.runs();
    sums.open_runs += audit.open_runs();
    sums.events += audit.events();
    return true;
}

}  // namespace

audit_sums audit_log(
    log_walk& log,
    const std::function<void(const violation&)>& report,
    const std::stop_token& stop
) {
    audit_sums sums;
    const auto found = [&](violation each) {
        ++sums.violations;
        report(each);
    };
    for (const std::string& fault : log.faults())
        found({{}, 0, fault});
    std::int64_t last_row = 0;
    while (!stop.stop_requested()) {
        const log_walk::moment now = log.hold();
        const auto thread = log.next_thread(last_row);
        if (!thread)
            break;
        last_row = thread->row;
        const auto in_thread = [&](std::int64_t seq, const std::string& what) {
            found({thread->key, seq, what});
        };
        if (!audit_thread(log, *thread, stop, in_thread, sums))
            break;
    }
    if (!sums.failure)
        sums.failure = log.failure();
    if (!sums.failure && stop.stop_requested())
        sums.failure = "the audit was stopped before its end";
    return sums;
}

}  // namespace clarion::audit
