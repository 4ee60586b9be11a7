#pragma once

#include "core/session/established.hpp"
#include "core/session/session_settings.hpp"
#include "core/session/token_refresh.hpp"

namespace clarion::session {

/// Handles a session's frames one by one, in order, each to its answer, until the session ends.
task<session_end>
process(established& session, const session_settings& settings, token_refresh& renewal);

}  // namespace clarion::session
