#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/data_directory.hpp"
#include "core/storage/sqlite/reader.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"
#include "core/storage/sqlite/writer.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

namespace clarion::storage {

/// Why a log cannot be opened: one line that names the directory.
struct open_failure {
    std::string reason;
};

/// The log in a directory of its own, held by one process. A commit is durable against the loss of
/// power (WAL, synchronous=FULL). Outlived by every shard that asks it something.
class sqlite_event_log final : public event_log {
public:
    using event_log::open;
    /// Takes the directory, making it if it is missing, and brings the database to this version's
    /// schema. Blocks; for the start of a process.
    static std::variant<std::unique_ptr<sqlite_event_log>, open_failure>
    open(const std::filesystem::path& directory, const sqlite_options& options);
    /// Commits and answers what is queued.
    ~sqlite_event_log() override;

    void start_append(append_request request, completion<append_verdict> done) override;
    void start_open(protocol::thread_key key, completion<thread_result> done) override;
    void start_read(page_request request, completion<page_result> done) override;
    void start_find(protocol::thread_key key, run_reference which, completion<message_result> done)
        override;
    void start_list_open_runs(completion<open_runs_result> done) override;
    void start_list_user_runs(std::string user_id, completion<user_runs_result> done) override;
    void start_list_threads(threads_request request, completion<threads_result> done) override;
    void start_delete_thread(deletion request, completion<delete_verdict> done) override;
    void start_trim(retention keep, completion<trim_verdict> done) override;
    void start_revoke(std::string user_id, std::int64_t revoked_ms, completion<revoke_result> done)
        override;
    void start_list_revocations(completion<revocations_result> done) override;

    /// Any thread.
    sqlite_figures figures() const;
    /// The file, for readers beside this one. Any thread.
    std::filesystem::path database() const { return directory_.database(); }

private:
    sqlite_event_log(
        sqlite::data_directory directory,
        std::unique_ptr<sqlite::writer> writer,
        std::unique_ptr<sqlite::reader> reader
    );

    sqlite::data_directory directory_;  // let go last
    std::unique_ptr<sqlite::writer> writer_;
    std::unique_ptr<sqlite::reader> reader_;
};

}  // namespace clarion::storage
