#pragma once

#include "core/metrics/histogram.hpp"
#include "core/storage/sqlite/schema.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace clarion::storage {

struct sqlite_options {
    /// What may wait to be committed, in appends and in bytes; past either an append is answered
    /// `unavailable` at once.
    std::size_t queue_appends_max = 65536;
    std::size_t queue_bytes_max = std::size_t{256} * 1024 * 1024;
    /// Questions that may wait for the reader; past it they are answered `unavailable` at once.
    std::size_t queue_reads_max = 65536;
    /// One transaction's worth: more would make those at its front wait for those at its end.
    std::size_t batch_appends_max = 1024;
    /// The write-ahead log is copied into the database when this many of its pages have not been,
    std::int64_t checkpoint_pages = 1000;
    /// or when nothing has been written for this long.
    std::chrono::milliseconds checkpoint_idle{1000};

    /// While a full disk holds writes up and nobody asks for any, a probe is written this often.
    std::chrono::milliseconds probe_interval{1000};

    /// Called on the writer's thread when a write is refused for lack of room, with why, and when
    /// one has succeeded again; in turns.
    std::function<void(const std::string&)> on_full;
    std::function<void()> on_room;
    /// Called once, on the writer's thread, when nothing can be written until a restart, with why.
    std::function<void(const std::string&)> on_broken;

    /// For tests: the name of a registered SQLite VFS, and other versions of the schema.
    std::string vfs;
    std::span<const char* const> schema_steps = sqlite::schema_steps();
};

/// What the log has done since it was opened.
struct sqlite_figures {
    std::int64_t commits = 0;  // transactions that wrote: one fsync each
    std::int64_t appends_committed = 0;
    std::int64_t appends_refused = 0;      // duplicate, elsewhere, fenced, mistaken
    std::int64_t appends_unavailable = 0;  // the disk's fault, or a full queue
    std::int64_t events_committed = 0;
    std::int64_t last_batch_appends = 0;
    /// Of the batches that were committed: from the transaction's begin to the end of its fsync,
    /// and how many appends went together.
    metrics::time_histogram commit_us;
    metrics::size_histogram batch_appends;
    std::int64_t checkpoints = 0;
    std::int64_t reads = 0;
    std::int64_t read_steps = 0;      // of SQLite's virtual machine
    std::int64_t database_bytes = 0;  // of the files
    std::int64_t wal_bytes = 0;
    /// Why the last write was refused for lack of room; empty when there is some.
    std::string full_because;
    /// Why nothing can be written until a restart; empty as long as it can.
    std::string broken_because;
};

}  // namespace clarion::storage
