#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

#include <cstdint>

namespace clarion::storage::sqlite {

/// Removes threads, in two parts. One append's worth of work takes a thread away from its key and
/// ends its runs: from that commit on no question finds it, whatever its size. Its rows go later,
/// in steps between other commits, because those of a long thread lie all over the file: one
/// transaction over them would keep everybody's appends waiting and grow the write-ahead log.
class remover {
public:
    /// The connection has failed afterwards if the tables are not those of the schema.
    explicit remover(connection& database);

    /// Within the writer's transaction: what the verdict will be once that is committed.
    delete_verdict remove(const deletion& request);

    /// Rows of removed threads wait for a step.
    bool has_rows_left();
    /// One step, within a transaction of its own: at most this many rows of each table.
    static constexpr std::int64_t rows_per_step = 500;
    void step();

private:
    connection& database_;
    statement find_;
    statement finish_runs_;
    statement take_from_key_;
    statement find_removed_;
    statement drop_events_;
    statement drop_messages_;
    statement drop_runs_;
    statement drop_thread_;
};

}  // namespace clarion::storage::sqlite
