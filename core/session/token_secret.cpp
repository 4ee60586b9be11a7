#include "core/session/token_secret.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::session {

namespace {

constexpr std::size_t digest_bytes = 32;

void wipe(std::string& bytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

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

std::string unreadable(const std::string& path) {
    return path + " cannot be read: " + std::generic_category().message(errno);
}

std::optional<std::string> refused_file(int file, const std::string& path) {
    struct stat about{};
    if (::fstat(file, &about) != 0)
        return unreadable(path);
    if (!S_ISREG(about.st_mode))
        return path + " cannot be read: it is not a plain file";
    if ((about.st_mode & (S_IROTH | S_IWOTH)) != 0)
        return path + " is open to every user of this machine: run chmod 600 on it";
    return std::nullopt;
}

// Up to one byte more than a secret may have.
std::optional<std::string> read_all(int file) {
    std::string bytes(secret_bytes_max + 1, '\0');
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

void trim_newline(std::string& bytes) {
    if (!bytes.ends_with('\n'))
        return;
    bytes.pop_back();
    if (bytes.ends_with('\r'))
        bytes.pop_back();
}

std::optional<std::string> refused_length(std::size_t bytes, const std::string& path) {
    if (bytes == 0)
        return path + " is empty: fill it, for instance with openssl rand -hex 32";
    if (bytes < secret_bytes_min)
        return path + " is too short for a secret: it has " + std::to_string(bytes) +
               " bytes and needs " + std::to_string(secret_bytes_min) +
               ", for instance from openssl rand -hex 32";
    if (bytes > secret_bytes_max)
        return path + " is too long for a secret: at most " + std::to_string(secret_bytes_max) +
               " bytes";
    return std::nullopt;
}

}  // namespace

token_secret::~token_secret() {
    wipe(bytes_);
}

std::string token_secret::sign(std::string_view text) const {
    std::array<unsigned char, digest_bytes> digest{};
    unsigned length = 0;
    HMAC(
        EVP_sha256(),
        bytes_.data(),
        static_cast<int>(bytes_.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        digest.data(),
        &length
    );
    return {digest.begin(), digest.begin() + length};
}

bool token_secret::has_signed(std::string_view text, std::string_view signature) const {
    const std::string ours = sign(text);
    return ours.size() == digest_bytes && signature.size() == digest_bytes &&
           CRYPTO_memcmp(ours.data(), signature.data(), digest_bytes) == 0;
}

secret_result read_token_secret(const std::string& path) {
    const descriptor file(path);
    if (file.number() < 0)
        return secret_refused{unreadable(path)};
    if (auto why = refused_file(file.number(), path))
        return secret_refused{*std::move(why)};
    auto bytes = read_all(file.number());
    if (!bytes)
        return secret_refused{unreadable(path)};
    trim_newline(*bytes);
    if (auto why = refused_length(bytes->size(), path)) {
        wipe(*bytes);
        return secret_refused{*std::move(why)};
    }
    auto secret = std::make_shared<const token_secret>(*bytes);
    wipe(*bytes);
    return secret_ptr(std::move(secret));
}

}  // namespace clarion::session
