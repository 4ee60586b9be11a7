#pragma once

#include "core/session/public_key.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace clarion::session {

inline constexpr std::size_t key_id_bytes_max = 512;

/// One key of a set (RFC 7517 section 4).
struct jwk {
    std::optional<std::string> kid;
    public_key key;
    /// Who can read the set can make tokens.
    bool has_private_part = false;
};

/// Reads what checks signatures; refuses everything else by what is wrong with it. The algorithm is
/// the key's `alg`; without one it follows from `kty` and `crv`: RSA is RS256, P-256 is ES256,
/// Ed25519 is EdDSA.
std::variant<jwk, key_refused> read_jwk(const boost::json::object& from);

}  // namespace clarion::session
