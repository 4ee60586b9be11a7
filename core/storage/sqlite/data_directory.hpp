#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>

namespace clarion::storage::sqlite {

/// The directory of one log, held by this process for as long as the object lives: a second process
/// that wants it is told who has it. The lock goes with the process, however that ends.
/// Any number of processes may share it to read, as long as nobody has taken it.
class data_directory {
public:
    /// Makes the directory (0700, its parents too) if it is missing. The string is the failure, one
    /// line that names the directory.
    static std::variant<data_directory, std::string> take(const std::filesystem::path& path);
    /// To read what lies in it, which must be there. Changes nothing, but adds a missing lock file.
    static std::variant<data_directory, std::string> share(const std::filesystem::path& path);

    data_directory(data_directory&& other) noexcept
        : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
    data_directory& operator=(data_directory&&) = delete;
    ~data_directory();

    std::filesystem::path database() const { return path_ / "clarion.db"; }

private:
    /// `operation`: of flock(2).
    static std::variant<data_directory, std::string>
    acquire(const std::filesystem::path& directory, int open_flags, int operation);
    data_directory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_;  // file descriptor
};

}  // namespace clarion::storage::sqlite
