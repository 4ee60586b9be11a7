#pragma once

#include "app/readiness.hpp"
#include "core/failure/ledger.hpp"
#include "net/http/router.hpp"

namespace clarion::app {

/// The plain HTTP of the main listener (PROTOCOL §7): the chat page, health, version,
/// schemas.
http::router main_routes(const readiness& ready);

/// The admin listener's routes (PROTOCOL §7) as far as they exist: health, the failure ledger and
/// `/debug/revoke`.
http::router
admin_routes(const readiness& ready, const failure::ledger& failures, http::route revoke);

}  // namespace clarion::app
