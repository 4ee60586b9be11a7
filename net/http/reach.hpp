#pragma once

#include "core/async/task.hpp"
#include "net/http/client.hpp"

#include <optional>
#include <string>

namespace clarion::http {

/// Asks a server for something of no interest. Nothing: it is there and would serve who asks; else
/// why not, as a sentence's end. An answer that only means that the question was odd (404, 405) is
/// an answer. Throws operation_aborted when cancelled.
[[nodiscard]] task<std::optional<std::string>>
reach(client& over, client_request asked, time_point by);

}  // namespace clarion::http
