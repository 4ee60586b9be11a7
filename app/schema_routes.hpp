#pragma once

#include "net/http/router.hpp"

#include <vector>

namespace clarion::app {

/// `/schemas/` (the index) and `/schemas/<type>.json` (PROTOCOL §7). Made once, at the start; each
/// answer has an `ETag` and obeys `If-None-Match`. Nothing secret: open to anyone.
[[nodiscard]] std::vector<http::route> schema_routes();

}  // namespace clarion::app
