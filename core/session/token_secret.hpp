#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::session {

/// RFC 7518 section 3.2: a key of at least the size of the hash.
inline constexpr std::size_t secret_bytes_min = 32;
inline constexpr std::size_t secret_bytes_max = 65536;

/// The secret that signs tokens (HS256). Immutable, read from any shard; its memory is wiped at
/// its end, and nothing shows it.
class token_secret {
public:
    explicit token_secret(std::string bytes) : bytes_(std::move(bytes)) {}
    token_secret(const token_secret&) = delete;
    token_secret& operator=(const token_secret&) = delete;
    ~token_secret();

    /// HMAC-SHA256, 32 bytes.
    std::string sign(std::string_view text) const;
    /// Whether `signature` is `sign(text)`, in a time that tells nothing about where they differ.
    bool has_signed(std::string_view text, std::string_view signature) const;

private:
    std::string bytes_;
};
using secret_ptr = std::shared_ptr<const token_secret>;

/// A sentence that says what is wrong and what to do, without the secret.
struct secret_refused {
    std::string why;
};
using secret_result = std::variant<secret_ptr, secret_refused>;

/// Reads the secret file: what it holds but for one newline at its end, `secret_bytes_min` to
/// `secret_bytes_max` bytes. Refuses what is no plain file, and what everybody on the machine may
/// read or write. Blocks; at start-up and reloads only.
secret_result read_token_secret(const std::string& path);

}  // namespace clarion::session
