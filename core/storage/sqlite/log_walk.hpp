#pragma once

#include "core/storage/log_values.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/data_directory.hpp"
#include "core/storage/walked_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::storage::sqlite {

/// A log read from its first row to its last without changing anything: one that no server has,
/// which several may read at once, or a live one beside its writer. Each call gives one page, so
/// that memory does not grow with the log. Blocks; one thread.
class log_walk {
public:
    /// The string is the failure, one line that names the directory: no log there, in use, of
    /// another program or version.
    static std::variant<std::unique_ptr<log_walk>, std::string> open(
        const std::filesystem::path& directory
    );

    /// The database of a log that this process has open, on a connection of the walk's own.
    static std::variant<std::unique_ptr<log_walk>, std::string> open_live(
        const std::filesystem::path& database
    );

    /// As long as it lives all answers are of one moment, and a live log's write-ahead log grows.
    class moment {
    public:
        explicit moment(connection& database) : database_(database) { database_.execute("BEGIN"); }
        moment(const moment&) = delete;
        moment& operator=(const moment&) = delete;
        ~moment() { database_.execute("COMMIT"); }

    private:
        connection& database_;
    };
    moment hold() { return moment(*database_); }

    /// The thread behind the one in row `after` (0: the first). One that was deleted is passed over
    /// while its rows wait to go.
    std::optional<walked_thread> next_thread(std::int64_t after);
    std::optional<walked_thread> find_thread(const protocol::thread_key& key);

    struct seq_range {
        std::int64_t first = 0;
        std::int64_t last = 0;
    };
    /// From the run's first event to its last; those of others may lie between.
    std::optional<seq_range> find_run(std::int64_t thread_row, std::string_view run_id);

    /// Ascending in seq; empty at the end.
    std::vector<walked_event> events(std::int64_t thread_row, std::int64_t after_seq);

    struct run_position {
        std::int64_t message_seq = 0;
        std::string run_id;
    };
    /// Ascending in (message_seq, run_id); empty at the end.
    std::vector<walked_run> runs(std::int64_t thread_row, const run_position& after);

    std::vector<revocation> revocations();

    /// What the file itself has wrong: broken pages, rows that belong to nothing. Looks at all of
    /// it; at most `faults_max` of each kind. Nothing of a live log: one moment would be as long.
    std::vector<std::string> faults();
    static constexpr std::size_t faults_max = 100;

    /// Why the last answers cannot be believed, if they cannot.
    std::optional<std::string> failure();

private:
    static std::variant<std::unique_ptr<log_walk>, std::string>
    open(const std::filesystem::path& database, std::optional<data_directory> held);
    log_walk(
        std::string file,
        std::optional<data_directory> held,
        std::unique_ptr<connection> database
    );

    std::string file_;
    std::optional<data_directory> held_;  // let go last; absent: the log is live
    std::unique_ptr<connection> database_;
    statement threads_;
    statement find_thread_;
    statement find_run_;
    statement events_;
    statement runs_;
    statement revocations_;
    statement pages_check_;
    statement references_check_;
};

}  // namespace clarion::storage::sqlite
