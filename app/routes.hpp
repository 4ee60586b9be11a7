#pragma once

#include "app/admin/observed.hpp"
#include "app/readiness.hpp"
#include "net/http/router.hpp"

#include <vector>

namespace clarion::app {

/// The plain HTTP of the main listener (PROTOCOL §7): the chat page, health, version,
/// schemas.
http::router main_routes(const readiness& ready);

/// The admin listener's routes (PROTOCOL §7): health, the pages for an operator, `verbs`, and an
/// index.
http::router
admin_routes(const readiness& ready, const observed& server, std::vector<http::route> verbs);

}  // namespace clarion::app
