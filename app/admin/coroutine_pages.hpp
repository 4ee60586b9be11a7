#pragma once

#include "net/http/router.hpp"

namespace clarion::app {

/// `GET /debug/coroutines`: what every live coroutine of the process waits for. JSON; as text with
/// `?format=text`, as a page with `?format=page` or for a browser. `?view=places` is the flat form
/// of the texts, `?tag=r_42` chooses one connection or run. Answers also while shards hang, but for
/// the one that serves the page.
http::route coroutines_route();

}  // namespace clarion::app
