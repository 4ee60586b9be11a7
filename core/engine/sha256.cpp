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

}  // namespace

void sha256::release::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

sha256::sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_)
        throw std::bad_alloc();
    check(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr));
}

void sha256::update(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string sha256::hex() const {
    const sha256 copy;
    check(EVP_MD_CTX_copy_ex(copy.context_.get(), context_.get()));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(copy.context_.get(), digest.data(), &size));

    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned int at = 0; at < size; ++at) {
        text += digits[digest[at] >> 4U];
        text += digits[digest[at] & 15U];
    }
    return text;
}

std::string sha256_hex(std::string_view bytes) {
    sha256 digest;
    digest.update(bytes);
    return digest.hex();
}

}  // namespace clarion::engine
