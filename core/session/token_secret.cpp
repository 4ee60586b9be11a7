#include "core/session/token_secret.hpp"

#include "core/session/plain_file.hpp"

#include <array>
#include <optional>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace clarion::session {

namespace {

constexpr std::size_t digest_bytes = 32;

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
    auto read = read_plain_file(path, secret_bytes_max, open_to_all::nothing);
    if (auto* refused = std::get_if<file_refused>(&read))
        return secret_refused{std::move(refused->why)};
    auto& bytes = std::get<std::string>(read);
    trim_newline(bytes);
    if (auto why = refused_length(bytes.size(), path)) {
        wipe(bytes);
        return secret_refused{*std::move(why)};
    }
    auto secret = std::make_shared<const token_secret>(bytes);
    wipe(bytes);
    return secret_ptr(std::move(secret));
}

}  // namespace clarion::session
