#pragma once

#include "core/failure/ledger.hpp"
#include "core/session/accept.hpp"
#include "core/session/connection.hpp"
#include "core/session/session_settings.hpp"

namespace clarion::session {

/// What every session of the process shares.
struct session_services {
    authenticator& door;
    directory& users;
    const session_settings& settings;
    failure::ledger& failures;
};

/// One connection from its upgrade to its end: handshake, then process, then goodbye. On the
/// connection's shard; ends when nothing of the session is left anywhere. `upgrade` outlives the
/// call, which takes from it what the handshake alone needs.
task<> serve(connection& with, upgrade_request& upgrade, session_services services);

}  // namespace clarion::session
