#include "core/storage/sqlite/data_directory.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::storage::sqlite {

namespace {

std::string told(std::string_view what, const std::filesystem::path& path, int error) {
    return std::string(what) + ' ' + path.string() + ": " + std::generic_category().message(error);
}

// A new name is only as durable as the directory that it stands in.
std::optional<std::string> sync_directory(const std::filesystem::path& path) {
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return told("cannot open the directory", path, errno);
    const int result = ::fsync(directory);
    const int error = errno;
    ::close(directory);
    if (result != 0)
        return told("cannot sync the directory", path, error);
    return std::nullopt;
}

std::optional<std::string> make_directory(const std::filesystem::path& path) {
    std::error_code ignored;
    if (path.empty() || std::filesystem::is_directory(path, ignored))
        return std::nullopt;
    const std::filesystem::path parent = path.parent_path();
    if (parent != path)
        if (auto failure = make_directory(parent))
            return failure;
    if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return told("cannot create the data directory", path, errno);
    return sync_directory(parent.empty() ? "." : parent);
}

// The number that the holder of the lock wrote into it; nothing while it has not yet.
std::string holder_of(int lock) {
    std::array<char, 32> text{};
    const ssize_t bytes = ::pread(lock, text.data(), text.size(), 0);
    const std::string_view read(text.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    const std::string_view digits = read.substr(0, read.find_first_not_of("0123456789"));
    return digits.empty() ? std::string() : " (process " + std::string(digits) + ")";
}

void sign(int lock) {
    const std::string name = std::to_string(::getpid()) + '\n';
    // For a person's eyes only: the lock holds without it.
    if (::ftruncate(lock, 0) == 0) [[maybe_unused]]
        const ssize_t written = ::pwrite(lock, name.data(), name.size(), 0);
}

}  // namespace

std::variant<data_directory, std::string> data_directory::take(const std::filesystem::path& path) {
    const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
    if (auto failure = make_directory(absolute))
        return *std::move(failure);
    const std::filesystem::path lock_path = absolute / "clarion.lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock < 0)
        return told("cannot use the data directory", absolute, errno);
    data_directory taken(absolute, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return told("cannot lock the data directory", absolute, errno);
        return "the data directory " + absolute.string() + " is in use by another process" +
               holder_of(lock);
    }
    sign(lock);
    return taken;
}

data_directory::~data_directory() {
    if (lock_ >= 0)
        ::close(lock_);
}

}  // namespace clarion::storage::sqlite
