#include "core/engine/sha256.hpp"

#include <array>
#include <new>

#include <openssl/evp.h>

namespace clarion::engine {

namespace {

// Fetched once: the lookup by name costs more than hashing a short text.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

void check(int openssl_result) {
    if (openssl_result != 1)
        throw std::bad_alloc();
}

using digest_bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hex_of(const digest_bytes& digest, unsigned int size) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2U * size);
    for (unsigned int at = 0; at < size; ++at) {
        text += digits[digest[at] >> 4U];
        text += digits[digest[at] & 15U];
    }
    return text;
}

}  // namespace

void sha256::release::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

sha256::context sha256::make_context() {
    context made(EVP_MD_CTX_new());
    if (!made)
        throw std::bad_alloc();
    return made;
}

sha256::sha256() : context_(make_context()) {
    check(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr));
}

void sha256::update(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string sha256::hex() const {
    const context copy = make_context();
    check(EVP_MD_CTX_copy_ex(copy.get(), context_.get()));
    digest_bytes digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(copy.get(), digest.data(), &size));
    return hex_of(digest, size);
}

std::string sha256_hex(std::string_view bytes) {
    digest_bytes digest{};
    unsigned int size = 0;
    check(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm(), nullptr));
    return hex_of(digest, size);
}

}  // namespace clarion::engine
