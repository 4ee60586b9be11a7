#pragma once

#include "app/admin/observed.hpp"
#include "net/http/router.hpp"

#include <vector>

namespace clarion::app {

/// `/metrics` and `/debug/…`, all GET, all guarded (PROTOCOL §§1, 7). `server` outlives the routes.
std::vector<http::route> admin_pages(const observed& server);

/// `GET /`: JSON that names the other routes.
http::route index_of(const std::vector<http::route>& routes);

}  // namespace clarion::app
