#pragma once

#include "core/session/jws_algorithm.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace clarion::support {

/// A fresh pair of keys made by OpenSSL, and what an issuer does with it.
class signing_key {
public:
    static signing_key rsa(unsigned bits = 2048);
    static signing_key ec(const char* curve = "P-256");
    static signing_key ed25519();

    /// The public key as a JWK. `more` is put behind its members: `,"kid":"a"`.
    std::string jwk(const std::string& more = {}) const;

    /// In the form that JWS has for it.
    std::string sign(session::jws_algorithm algorithm, std::string_view text) const;
    /// As OpenSSL writes it; `salt_bytes` are of PS256.
    std::string
    sign_raw(session::jws_algorithm algorithm, std::string_view text, int salt_bytes = 32) const;

private:
    explicit signing_key(evp_pkey_st* made);

    std::shared_ptr<evp_pkey_st> key_;
};

/// `HEADER.CLAIMS.SIGNATURE` of a text that has its header and claims already.
std::string with_signature(std::string_view text, std::string_view signature);

}  // namespace clarion::support
