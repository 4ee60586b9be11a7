#pragma once

#include "core/async/timer_queue.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/appender.hpp"
#include "core/storage/sqlite/change.hpp"
#include "core/storage/sqlite/checkpointer.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/remover.hpp"
#include "core/storage/sqlite/revoker.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"
#include "core/storage/sqlite/trimmer.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace clarion::storage::sqlite {

/// The one thread that writes. While it waits for an fsync appends queue up; then all of them go
/// into the next transaction, with one fsync, and only after it their verdicts leave.
///
/// A full disk costs the batch: it is rolled back, answered `unavailable`, and the next one is
/// tried, behind a checkpoint if that was what found no room; when none comes, a probe is. Any
/// other failure of a transaction or a checkpoint breaks the log until a restart.
class writer {
public:
    /// Takes the only connection that may write.
    writer(std::unique_ptr<connection> database, const sqlite_options& options);
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    /// Commits what is queued and answers it first.
    ~writer();

    /// Starts the thread; an error when the tables are not those of the schema, and then nothing
    /// may be submitted.
    std::optional<sql_error> start();

    /// Any thread.
    void submit(append_request request, completion<append_verdict> done);
    void submit(deletion request, completion<delete_verdict> done);
    void submit(revocation request, completion<revoke_result> done);
    /// Done in its turn between two batches, in a transaction of its own.
    void submit(const retention& keep, completion<trim_verdict> done);

    /// All but the figures of reading. Any thread.
    sqlite_figures figures() const;

private:
    template <class Change>
    void queue(Change added);
    /// Why nothing of this size can be queued now; empty when it can.
    std::string refusal_of(std::size_t bytes) const;
    void work();
    std::optional<std::vector<any_change>> take();
    void commit_all(std::span<any_change> taken);
    void commit(std::span<any_change> batch);
    void execute(std::span<any_change> batch);
    void decide(append_change& change) { change.verdict = appender_.append(change.request); }
    void decide(deletion_change& change) { change.verdict = remover_.remove(change.request); }
    void decide(revocation_change& change) { change.verdict = revoker_.revoke(change.request); }
    std::string roll_back(const sql_error& error);
    void break_off(const sql_error& error);
    void hold_up(const sql_error& error);
    void probe();
    void written();
    void answer(std::span<any_change> batch);
    void sweep();
    void trim();
    trim_verdict trim_now(const retention& keep);
    void count(std::span<const any_change> batch);
    void measure(std::span<const any_change> batch, duration took);
    bool may_write();
    const std::string& why_not() const;
    bool checkpoint_is_due(std::int64_t pages) const;
    void checkpoint();
    static int committed_hook(void* self, sqlite3*, const char*, int pages);

    const sqlite_options options_;

    // Of the writer's thread alone.
    std::unique_ptr<connection> database_;
    appender appender_;
    remover remover_;
    revoker revoker_;
    trimmer trimmer_;
    statement begin_;
    statement commit_;
    checkpointer checkpointer_;
    std::int64_t commits_ = 0;
    std::string broken_because_;
    std::string full_because_;
    /// Rows of removed threads: none known of; some; some, once the disk takes writes again.
    enum class removed_rows { none, waiting, held_up };
    removed_rows removed_rows_ = removed_rows::none;

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<any_change> queue_;
    std::deque<trim_change> trims_;
    std::size_t waiting_changes_ = 0;  // queued or in the transaction
    std::size_t waiting_bytes_ = 0;
    bool closing_ = false;
    sqlite_figures figures_;

    std::thread thread_;
};

}  // namespace clarion::storage::sqlite
