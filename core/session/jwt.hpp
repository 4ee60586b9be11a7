#pragma once

#include "core/session/key_set.hpp"
#include "core/session/token_secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// JSON Web Tokens (RFC 7519, 7515, 7518, 8037), read as strictly as PROTOCOL §2 says.
namespace clarion::session {

/// Longer ones are refused unread.
inline constexpr std::size_t token_bytes_max = 16384;
/// How far an issuer's clock may be ahead of this one, for `nbf` and `iat`; `exp` is exact.
inline constexpr std::int64_t token_leeway_ms = 30'000;

/// What a token must say besides; empty: not checked.
struct token_rules {
    std::string issuer;
    std::string audience;
};

/// What a token that was found good says.
struct token_claims {
    std::string user_id;
    std::int64_t expires_ms = 0;
    std::optional<std::int64_t> issued_ms;
};

/// A sentence that fits a close frame (123 bytes) and shows neither the token nor the secret.
struct token_refused {
    std::string why;
};
using token_verdict = std::variant<token_claims, token_refused>;

/// What signatures are checked with: a secret (HS256), public keys (everything else), or both, each
/// for its own algorithms; no key is ever used for another's. At least one.
struct token_keys {
    secret_ptr secret;
    key_set_ptr set;
};

/// Says whether `token` is signed with one of `keys`, good at `now_ms` (Unix) and obeys `rules`.
/// Nothing of its claims is looked at before the signature is known to be good.
token_verdict check_token(
    std::string_view token,
    const token_keys& keys,
    const token_rules& rules,
    std::int64_t now_ms
);

struct token_order {
    /// A valid id.
    std::string user_id;
    std::int64_t now_ms = 0;
    std::chrono::seconds lives{0};
    /// What `iss` and `aud` are to say; empty: nothing.
    token_rules says;
};

/// A token that `check_token` takes from now on until it expires; whole seconds, rounded down.
std::string make_token(const token_order& order, const token_secret& secret);

}  // namespace clarion::session
