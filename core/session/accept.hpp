#pragma once

#include "core/session/authenticator.hpp"
#include "core/session/connection.hpp"
#include "core/session/established.hpp"
#include "core/session/session_settings.hpp"

#include <memory>
#include <string>

namespace clarion::session {

/// What the handshake works with; everything outlives the call.
struct accept_request {
    const upgrade_request& upgrade;
    inbox& from;
    const std::shared_ptr<link_end>& to;
    authenticator& door;
    directory& users;
    const session_settings& settings;
};

/// The handshake of PROTOCOL §2: who is calling, where is their home, `welcome`. Yields the only
/// object that can receive. What the client sends meanwhile is held in the inbox. Connection's
/// shard.
task<accepted> accept(accept_request with);

}  // namespace clarion::session
