#pragma once

#include "core/session/connection.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::http {

/// The one subprotocol that is spoken here, also when the client names none (PROTOCOL §1).
inline constexpr std::string_view subprotocol = "clarion.v1";
/// A subprotocol that begins so carries a credential: browsers can send no other header.
inline constexpr std::string_view credential_subprotocol = "clarion.bearer.";

/// Whether a user is who `?user=` says, or who a token proves.
enum class authentication : std::uint8_t { off, on };

struct upgrade_accepted {
    /// "101 Switching Protocols", to be written before the first frame.
    std::string head;
    /// All but `remote_address`, which the request does not know.
    session::upgrade_request who;
};

/// The credential of a request for a WebSocket: from `Authorization: Bearer`, or from a subprotocol
/// that carries one.
[[nodiscard]] std::optional<std::string> credential_of(const request& asked);

using upgrade_verdict = std::variant<upgrade_accepted, response>;

/// Decides on the opening handshake of RFC 6455 section 4.2.1 and PROTOCOL §§1-2. Refuses with 405
/// another method than GET, 426 a request that does not ask for WebSocket version 13, and 400 what
/// is malformed, subprotocols of which none is known, and a `?user=` that is no id. With
/// authentication on a `?user=` is ignored: only a token says who somebody is.
[[nodiscard]] upgrade_verdict decide_upgrade(const request& asked, authentication mode);

}  // namespace clarion::http
