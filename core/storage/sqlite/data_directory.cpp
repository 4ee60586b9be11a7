#include "core/storage/sqlite/data_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
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

// The number that the holder of the lock wrote into it. Nothing while it has not yet, nor when the
// number is that of an earlier holder: who shares the directory writes none.
std::string holder_of(int lock) {
    std::array<char, 32> text{};
    const ssize_t bytes = ::pread(lock, text.data(), text.size(), 0);
    pid_t holder = 0;
    const char* const end = text.data() + std::max<ssize_t>(bytes, 0);
    const auto read = std::from_chars(text.data(), end, holder);
    const bool lives =
        read.ec == std::errc() && holder > 0 && (::kill(holder, 0) == 0 || errno == EPERM);
    return lives ? " (process " + std::to_string(holder) + ")" : std::string();
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
    auto taken = acquire(absolute, O_RDWR, LOCK_EX);
    if (const auto* held = std::get_if<data_directory>(&taken))
        sign(held->lock_);
    return taken;
}

std::variant<data_directory, std::string> data_directory::share(const std::filesystem::path& path) {
    return acquire(std::filesystem::absolute(path).lexically_normal(), O_RDONLY, LOCK_SH);
}

std::variant<data_directory, std::string>
data_directory::acquire(const std::filesystem::path& directory, int open_flags, int operation) {
    const std::filesystem::path file = directory / "clarion.lock";
    const int lock = ::open(file.c_str(), open_flags | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock < 0)
        return told("cannot use the data directory", directory, errno);
    data_directory held(directory, lock);
    if (::flock(lock, operation | LOCK_NB) == 0)
        return held;
    if (errno != EWOULDBLOCK)
        return told("cannot lock the data directory", directory, errno);
    return "the data directory " + directory.string() + " is in use by another process" +
           holder_of(lock);
}

data_directory::~data_directory() {
    if (lock_ >= 0)
        ::close(lock_);
}

}  // namespace clarion::storage::sqlite
