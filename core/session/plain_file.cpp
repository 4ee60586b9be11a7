#include "core/session/plain_file.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::session {

namespace {

/// An open file, closed at its end.
class descriptor {
public:
    // A FIFO that nobody writes to must not hang the start: O_NONBLOCK.
    explicit descriptor(const std::string& path)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

file_refused unreadable(const std::string& path) {
    return {path + " cannot be read: " + std::generic_category().message(errno)};
}

std::optional<file_refused> refused_file(int file, const std::string& path, open_to_all allowed) {
    struct stat about{};
    if (::fstat(file, &about) != 0)
        return unreadable(path);
    if (!S_ISREG(about.st_mode))
        return file_refused{path + " cannot be read: it is not a plain file"};
    if ((about.st_mode & (S_IROTH | S_IWOTH)) != 0 && allowed == open_to_all::nothing)
        return file_refused{path + " is open to every user of this machine: run chmod 600 on it"};
    if ((about.st_mode & S_IWOTH) != 0)
        return file_refused{
            path + " can be written by every user of this machine: run chmod o-w on it"
        };
    return std::nullopt;
}

std::optional<std::string> read_all(int file, std::size_t bytes_max) {
    std::string bytes(bytes_max + 1, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            wipe(bytes);
            return std::nullopt;
        }
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    std::string read = bytes.substr(0, filled);
    wipe(bytes);
    return read;
}

}  // namespace

std::variant<std::string, file_refused>
read_plain_file(const std::string& path, std::size_t bytes_max, open_to_all allowed) {
    const descriptor file(path);
    if (file.number() < 0)
        return unreadable(path);
    if (auto refused = refused_file(file.number(), path, allowed))
        return *std::move(refused);
    auto bytes = read_all(file.number(), bytes_max);
    if (!bytes)
        return unreadable(path);
    return *std::move(bytes);
}

void wipe(std::string& bytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

}  // namespace clarion::session
