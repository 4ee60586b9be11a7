#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <variant>

// The log as a file of its own, and back (PROTOCOL §7, §8).
namespace clarion::storage::sqlite {

struct backed_up {
    std::int64_t bytes = 0;
};
/// The path cannot be meant: it is relative.
struct relative_path {};
/// Something of that name is there already.
struct name_taken {};
struct backup_failure {
    std::string why;
};
using backup_verdict = std::variant<backed_up, relative_path, name_taken, backup_failure>;

/// Writes the log in `database`, as it is at one moment, into the file `to`, which must not exist.
/// Beside a live log it holds back nobody; the write-ahead log grows until it ends. Blocks, until
/// `stop` at most.
backup_verdict back_up(
    const std::filesystem::path& database,
    const std::filesystem::path& to,
    const std::stop_token& stop
);

struct restored {
    std::int64_t threads = 0;
    std::int64_t events = 0;
};

/// Makes the log in `directory` (made if it is missing; empty, and used by nobody) out of a backup.
/// Each thread gets a new epoch: what clients have seen since the backup may be something else now.
/// The string is the failure, one line; then the directory has no log. Blocks.
std::variant<restored, std::string>
restore(const std::filesystem::path& backup, const std::filesystem::path& directory);

}  // namespace clarion::storage::sqlite
