#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/trim_fold.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::storage::sqlite {

/// Retention, a bounded step at a time. A sweep weighs the threads (when their size counts), then
/// goes through the events in the order of their commits, oldest first. Where a thread's prefix may
/// go one small change makes the thread begin behind it, and from that commit on no question finds
/// it; its rows go in the steps that follow. A sweep that a stop cuts short is begun anew.
class trimmer {
public:
    /// The connection has failed afterwards if the tables are not those of the schema.
    explicit trimmer(connection& database);

    /// Goes on with the sweep, or begins one. Within a transaction of its own: what it answers
    /// holds once that is committed.
    trimmed step(const retention& keep);
    /// The last step was rolled back: the next one begins a sweep.
    void begin_anew() { at_ = phase::idle; }

private:
    enum class phase : std::uint8_t { idle, weighing, walking, folding, dropping };

    void begin(const retention& keep);
    void weigh(const retention& keep);
    void walk(const retention& keep);
    void fold();
    void cut();
    void drop();
    void pass_over();

    connection& database_;
    statement weigh_;
    statement walk_;
    statement read_;
    statement find_thread_;
    statement cut_;
    statement drop_;

    phase at_ = phase::idle;
    std::int64_t rows_left_ = 0;  // that this step may touch
    trimmed done_;                // by this step
    std::int64_t weighed_thread_ = 0;
    std::int64_t weighed_bytes_ = 0;
    std::int64_t excess_bytes_ = 0;
    std::int64_t passed_row_ = 0;  // events up to here stay, or have been looked at
    // The thread whose prefix is looked for or dropped, with its oldest event's row.
    std::int64_t thread_row_ = 0;
    std::int64_t event_row_ = 0;
    std::string epoch_;
    std::int64_t next_seq_ = 0;
    std::optional<trim_fold> prefix_;
};

}  // namespace clarion::storage::sqlite
