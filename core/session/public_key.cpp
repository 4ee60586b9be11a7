#include "core/session/public_key.hpp"

#include <optional>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

namespace clarion::session {

namespace {

constexpr std::size_t p256_bytes = 32;
constexpr std::size_t ed25519_key_bytes = 32;
constexpr std::size_t ed25519_signature_bytes = 64;
// 65537 has three; more than this only makes checks slow.
constexpr std::size_t rsa_exponent_bytes_max = 8;

template <auto destroy>
struct destroyed_by {
    template <class T>
    void operator()(T* what) const {
        destroy(what);
    }
};
using number = std::unique_ptr<BIGNUM, destroyed_by<BN_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, destroyed_by<EVP_PKEY_CTX_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, destroyed_by<EVP_MD_CTX_free>>;
using parameters = std::unique_ptr<OSSL_PARAM, destroyed_by<OSSL_PARAM_free>>;
using parameter_builder = std::unique_ptr<OSSL_PARAM_BLD, destroyed_by<OSSL_PARAM_BLD_free>>;
using ecdsa_signature = std::unique_ptr<ECDSA_SIG, destroyed_by<ECDSA_SIG_free>>;

/// What OpenSSL notes about a bad key or signature stays out of the thread's error queue, in which
/// TLS looks for its own.
class forgotten_errors {
public:
    forgotten_errors() { ERR_set_mark(); }
    forgotten_errors(const forgotten_errors&) = delete;
    forgotten_errors& operator=(const forgotten_errors&) = delete;
    ~forgotten_errors() { ERR_pop_to_mark(); }
};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

number number_of(std::string_view bytes) {
    return number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

EVP_PKEY* key_from(const char* type, const parameter_builder& builder) {
    const parameters given(OSSL_PARAM_BLD_to_param(builder.get()));
    const key_context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!given || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, given.get()) != 1)
        return nullptr;
    return made;
}

EVP_PKEY* rsa_key_from(const number& modulus, const number& exponent) {
    const parameter_builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return nullptr;
    return key_from("RSA", builder);
}

EVP_PKEY* p256_key_from(const curve_point& point) {
    // Uncompressed (SEC 1 section 2.3.3).
    const std::string encoded = '\x04' + point.x + point.y;
    const parameter_builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(
            builder.get(),
            OSSL_PKEY_PARAM_GROUP_NAME,
            "prime256v1",
            0
        ) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(
            builder.get(),
            OSSL_PKEY_PARAM_PUB_KEY,
            encoded.data(),
            encoded.size()
        ) != 1)
        return nullptr;
    return key_from("EC", builder);
}

bool is_on_its_curve(EVP_PKEY* key) {
    const key_context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_public_check(context.get()) == 1;
}

std::optional<key_refused> refused_modulus(const number& modulus) {
    const auto bits = static_cast<std::size_t>(BN_num_bits(modulus.get()));
    if (bits < rsa_bits_min)
        return key_refused{
            "has " + std::to_string(bits) + " bits, and RSA needs " + std::to_string(rsa_bits_min)
        };
    if (bits > rsa_bits_max)
        return key_refused{"has more than " + std::to_string(rsa_bits_max) + " bits"};
    if (BN_is_odd(modulus.get()) == 0)
        return key_refused{"has an even n, which is no RSA key"};
    return std::nullopt;
}

/// JWS has the two numbers of a signature side by side, each in 32 bytes; OpenSSL wants them as
/// DER. Nothing when memory is short. Whether they are in range is OpenSSL's to say.
std::optional<std::string> to_der(std::string_view signature) {
    number r = number_of(signature.substr(0, p256_bytes));
    number s = number_of(signature.substr(p256_bytes));
    const ecdsa_signature both(ECDSA_SIG_new());
    if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1)
        return std::nullopt;
    // They are the signature's now.
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int length = i2d_ECDSA_SIG(both.get(), &der);
    if (length <= 0)
        return std::nullopt;
    std::string bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

bool set_padding(EVP_PKEY_CTX* context, jws_algorithm algorithm) {
    if (algorithm == jws_algorithm::rs256)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    if (algorithm == jws_algorithm::ps256)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
    return true;
}

}  // namespace

void public_key::freed::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

public_key::made public_key::of_rsa(const rsa_numbers& numbers, rsa_padding padding) {
    const forgotten_errors nothing_stays;
    if (numbers.exponent.size() > rsa_exponent_bytes_max)
        return key_refused{"has an e that is too large"};
    const number modulus = number_of(numbers.modulus);
    const number exponent = number_of(numbers.exponent);
    if (!modulus || !exponent)
        return key_refused{"could not be taken in by OpenSSL"};
    if (auto refused = refused_modulus(modulus))
        return *std::move(refused);
    // With 1 every text would be its own signature.
    if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1)
        return key_refused{"has an e that is no odd number above 1"};
    key_ptr key(rsa_key_from(modulus, exponent));
    if (!key)
        return key_refused{"could not be taken in by OpenSSL"};
    const auto bytes = static_cast<std::size_t>(BN_num_bytes(modulus.get()));
    const auto algorithm =
        padding == rsa_padding::pss ? jws_algorithm::ps256 : jws_algorithm::rs256;
    return public_key(algorithm, std::move(key), bytes);
}

public_key::made public_key::of_p256(const curve_point& point) {
    const forgotten_errors nothing_stays;
    if (point.x.size() != p256_bytes || point.y.size() != p256_bytes)
        return key_refused{"has an x or y that is not 32 bytes long"};
    key_ptr key(p256_key_from(point));
    if (!key || !is_on_its_curve(key.get()))
        return key_refused{"is no point of P-256"};
    return public_key(jws_algorithm::es256, std::move(key), 2 * p256_bytes);
}

public_key::made public_key::of_ed25519(std::string_view bytes) {
    const forgotten_errors nothing_stays;
    if (bytes.size() != ed25519_key_bytes)
        return key_refused{"has an x that is not 32 bytes long"};
    key_ptr key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size())
    );
    if (!key)
        return key_refused{"could not be taken in by OpenSSL"};
    return public_key(jws_algorithm::eddsa, std::move(key), ed25519_signature_bytes);
}

bool public_key::has_signed(std::string_view text, std::string_view signature) const {
    const forgotten_errors nothing_stays;
    if (signature.size() != signature_bytes_)
        return false;
    std::string der;
    if (algorithm_ == jws_algorithm::es256) {
        auto converted = to_der(signature);
        if (!converted)
            return false;
        der = *std::move(converted);
        signature = der;
    }
    // Ed25519 digests by itself.
    const EVP_MD* const digest = algorithm_ == jws_algorithm::eddsa ? nullptr : EVP_sha256();
    const digest_context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* how = nullptr;  // the context's own
    return context && EVP_DigestVerifyInit(context.get(), &how, digest, nullptr, key_.get()) == 1 &&
           set_padding(how, algorithm_) &&
           EVP_DigestVerify(
               context.get(),
               bytes_of(signature),
               signature.size(),
               bytes_of(text),
               text.size()
           ) == 1;
}

}  // namespace clarion::session
