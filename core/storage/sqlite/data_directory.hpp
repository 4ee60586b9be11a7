#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>

namespace clarion::storage::sqlite {

/// The directory of one log, held by this process for as long as the object lives: a second process
/// that wants it is told who has it. The lock goes with the process, however that ends.
class data_directory {
public:
    /// Makes the directory (0700, its parents too) if it is missing. The string is the failure, one
    /// line that names the directory.
    static std::variant<data_directory, std::string> take(const std::filesystem::path& path);

    data_directory(data_directory&& other) noexcept
        : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
    data_directory& operator=(data_directory&&) = delete;
    ~data_directory();

    std::filesystem::path database() const { return path_ / "clarion.db"; }

private:
    data_directory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_;  // file descriptor
};

}  // namespace clarion::storage::sqlite
