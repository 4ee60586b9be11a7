#pragma once

#include "core/session/jws_algorithm.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

struct evp_pkey_st;

namespace clarion::session {

/// RFC 7518 section 3.3 asks for 2048 bits; above the most one check would cost milliseconds.
inline constexpr std::size_t rsa_bits_min = 2048;
inline constexpr std::size_t rsa_bits_max = 8192;

/// As bytes, the most significant first.
struct rsa_numbers {
    std::string modulus;
    std::string exponent;
};
struct curve_point {
    std::string x;
    std::string y;
};

/// Continues "key 1 (kid \"a\")": what is wrong with a key.
struct key_refused {
    std::string why;
};

/// A key that checks signatures, of one algorithm for good: whatever a token's header says, no
/// other check is made with it. Immutable, read from any shard.
class public_key {
public:
    enum class rsa_padding { pkcs1, pss };
    using made = std::variant<public_key, key_refused>;

    /// RS256 (RFC 7518 section 3.3) or PS256 (section 3.5, with a salt as long as the digest).
    static made of_rsa(const rsa_numbers& numbers, rsa_padding padding);
    /// ES256 (RFC 7518 section 3.4): both coordinates have 32 bytes, the point is on P-256.
    static made of_p256(const curve_point& point);
    /// EdDSA with Ed25519 (RFC 8037 section 3.1): 32 bytes.
    static made of_ed25519(std::string_view bytes);

    jws_algorithm algorithm() const { return algorithm_; }

    /// Whether `signature`, in the form that JWS has for it, is this key's for `text`.
    bool has_signed(std::string_view text, std::string_view signature) const;

private:
    struct freed {
        void operator()(evp_pkey_st* key) const;
    };
    using key_ptr = std::unique_ptr<evp_pkey_st, freed>;

    public_key(jws_algorithm algorithm, key_ptr key, std::size_t signature_bytes)
        : algorithm_(algorithm), key_(std::move(key)), signature_bytes_(signature_bytes) {}

    jws_algorithm algorithm_;
    key_ptr key_;
    std::size_t signature_bytes_;
};

}  // namespace clarion::session
