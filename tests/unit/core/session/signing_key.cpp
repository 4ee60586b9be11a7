#include "tests/unit/core/session/signing_key.hpp"

#include "core/session/base64url.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace clarion::support {

namespace {

using session::jws_algorithm;

void require(bool holds) {
    if (!holds)
        throw std::runtime_error("OpenSSL failed");
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// `"name":"base64url"` of a number of the key.
std::string member(const char* name, EVP_PKEY* key, const char* parameter, std::size_t bytes) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key, parameter, &number) == 1);
    std::string text(bytes == 0 ? static_cast<std::size_t>(BN_num_bytes(number)) : bytes, '\0');
    require(
        BN_bn2binpad(
            number,
            reinterpret_cast<unsigned char*>(text.data()),
            static_cast<int>(text.size())
        ) >= 0
    );
    BN_free(number);
    return std::string(",\"") + name + "\":\"" + session::to_base64url(text) + '"';
}

std::string p256_members(EVP_PKEY* key) {
    std::array<char, 80> curve{};
    std::size_t length = 0;
    require(EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &length) == 1);
    const bool is_p256 = std::string_view(curve.data(), length) == "prime256v1";
    const std::size_t bytes = is_p256 ? 32 : 48;
    return std::string(R"("kty":"EC","crv":")") + (is_p256 ? "P-256" : "P-384") + '"' +
           member("x", key, OSSL_PKEY_PARAM_EC_PUB_X, bytes) +
           member("y", key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes);
}

std::string ed25519_members(EVP_PKEY* key) {
    std::array<unsigned char, 32> raw{};
    std::size_t length = raw.size();
    require(EVP_PKEY_get_raw_public_key(key, raw.data(), &length) == 1);
    const std::string bytes(raw.begin(), raw.end());
    return R"("kty":"OKP","crv":"Ed25519","x":")" + session::to_base64url(bytes) + '"';
}

}  // namespace

signing_key::signing_key(evp_pkey_st* made) : key_(made, EVP_PKEY_free) {
    require(made != nullptr);
}

signing_key signing_key::rsa(unsigned bits) {
    return signing_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
}

signing_key signing_key::ec(const char* curve) {
    return signing_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
}

signing_key signing_key::ed25519() {
    return signing_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string signing_key::jwk(const std::string& more) const {
    std::string members;
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1)
        members = R"("kty":"RSA")" + member("n", key_.get(), OSSL_PKEY_PARAM_RSA_N, 0) +
                  member("e", key_.get(), OSSL_PKEY_PARAM_RSA_E, 0);
    else if (EVP_PKEY_is_a(key_.get(), "EC") == 1)
        members = p256_members(key_.get());
    else
        members = ed25519_members(key_.get());
    return '{' + members + more + '}';
}

std::string signing_key::sign_raw(jws_algorithm algorithm, std::string_view text, int salt_bytes)
    const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(),
        EVP_MD_CTX_free
    );
    EVP_PKEY_CTX* how = nullptr;
    const EVP_MD* digest = algorithm == jws_algorithm::eddsa ? nullptr : EVP_sha256();
    require(EVP_DigestSignInit(context.get(), &how, digest, nullptr, key_.get()) == 1);
    if (algorithm == jws_algorithm::ps256) {
        require(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1);
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, salt_bytes) == 1);
    }
    std::size_t length = 0;
    require(EVP_DigestSign(context.get(), nullptr, &length, bytes_of(text), text.size()) == 1);
    std::string signature(length, '\0');
    auto* const into = reinterpret_cast<unsigned char*>(signature.data());
    require(EVP_DigestSign(context.get(), into, &length, bytes_of(text), text.size()) == 1);
    signature.resize(length);
    return signature;
}

std::string signing_key::sign(jws_algorithm algorithm, std::string_view text) const {
    const std::string raw = sign_raw(algorithm, text);
    if (algorithm != jws_algorithm::es256)
        return raw;
    const unsigned char* der = bytes_of(raw);
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> both(
        d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(raw.size())),
        ECDSA_SIG_free
    );
    require(both != nullptr);
    std::array<unsigned char, 64> joined{};
    require(BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), joined.data(), 32) == 32);
    require(BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), joined.data() + 32, 32) == 32);
    return {joined.begin(), joined.end()};
}

std::string with_signature(std::string_view text, std::string_view signature) {
    return std::string(text) + '.' + session::to_base64url(signature);
}

}  // namespace clarion::support
