#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include <sqlite3.h>

namespace clarion::support {

/// SQLite's default VFS with a disk that fails, waits and counts on command. Registered for as long
/// as it lives; one at a time. Its files must be closed before it goes. Thread-safe.
class faulty_vfs {
public:
    enum class file { log, database };  // the write-ahead log, or what it is copied into
    enum class operation { read, write, sync };

    faulty_vfs();
    faulty_vfs(const faulty_vfs&) = delete;
    faulty_vfs& operator=(const faulty_vfs&) = delete;
    ~faulty_vfs();

    static constexpr const char* name = "clarion-faulty";

    /// From now on each such operation answers with this result code; SQLITE_OK heals it.
    void fail(file which, operation what, int result);
    /// Each sync of the write-ahead log waits until `let_syncs_go`.
    void hold_syncs();
    /// Returns when one waits.
    void wait_for_held_sync();
    void let_syncs_go();

    /// Syncs of the write-ahead log that succeeded.
    std::int64_t log_syncs() const;
    std::int64_t database_syncs() const;

    /// For the shim: does it go ahead?
    int admit(file which, operation what);

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int results_[2][3] = {};
    std::int64_t syncs_[2] = {};
    bool held_ = false;
    bool waiting_ = false;
};

}  // namespace clarion::support
