#pragma once

#include "core/conversation/revoke.hpp"
#include "net/http/router.hpp"

#include <functional>
#include <string>

namespace clarion::app {

using revoke_service = std::function<task<conversation::revoke_outcome>(std::string user_id)>;

/// `POST /debug/revoke {"user":"…"}` of the admin listener (PROTOCOL §7). 200 and
/// `{"user","revoked_ms","sessions"}` once the time is durable; 503 when it counts, but only until
/// the next start, because the log cannot be written; 400 for a body that names no user.
http::route make_revoke_route(revoke_service revoke);

}  // namespace clarion::app
