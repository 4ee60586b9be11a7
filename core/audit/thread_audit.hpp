#pragma once

#include "core/engine/run_census.hpp"
#include "core/engine/run_grammar.hpp"
#include "core/storage/walked_rows.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace clarion::audit {

/// One thread's events and rows against each other and against the grammar of runs: a fold, given
/// each event once in the order of seq. Holds the runs that are open, and nothing of those that
/// have ended.
class thread_audit {
public:
    /// What does not fit, at which seq (0: the thread as a whole).
    using report = std::function<void(std::int64_t seq, const std::string& what)>;
    /// The thread's run rows one by one in the order of `message_seq`, then nothing.
    using run_source = std::function<std::optional<storage::walked_run>()>;

    thread_audit(const storage::walked_thread& thread, run_source runs, report to);

    void take(const storage::walked_event& event);
    /// After the last event.
    void finish();

    std::int64_t events() const { return events_; }
    std::int64_t runs() const { return runs_begun_; }
    std::int64_t open_runs() const { return static_cast<std::int64_t>(open_.size()); }

private:
    struct open_run {
        engine::run_grammar grammar;
        engine::run_census census;
        std::string stored_state;  // empty: it has no row
        bool is_followed = true;   // false once something did not fit: the rest would not either
    };

    void check_seq(const storage::walked_event& event);
    void begin_run(const storage::walked_event& event, const protocol::user_message& message);
    std::optional<storage::walked_run> row_at(std::int64_t seq);
    void check_row(
        const storage::walked_run& row,
        const storage::walked_event& event,
        const protocol::user_message& message
    );
    void
    follow(open_run& run, const storage::walked_event& event, const protocol::payload& payload);
    void check_census(const open_run& run, std::int64_t seq, const protocol::payload& terminal);
    void check_left_open(const std::string& run_id, const open_run& run);

    storage::walked_thread thread_;
    run_source runs_;
    report report_;
    std::optional<storage::walked_run> next_row_;
    std::int64_t expected_seq_;
    std::int64_t events_ = 0;
    std::int64_t runs_begun_ = 0;
    std::int64_t message_events_ = 0;
    std::map<std::string, open_run, std::less<>> open_;
};

}  // namespace clarion::audit
