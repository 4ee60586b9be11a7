#pragma once

#include <cstdint>
#include <string_view>

namespace clarion::session {

/// The signatures a token may have (RFC 7518 section 3.1, RFC 8037 section 3.1): by the secret, or
/// by a key of the set. There is no `none`.
enum class jws_algorithm : std::uint8_t { hs256, rs256, ps256, es256, eddsa };
constexpr std::string_view names_of(jws_algorithm) {
    return "HS256|RS256|PS256|ES256|EdDSA";
}

}  // namespace clarion::session
