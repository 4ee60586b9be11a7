#pragma once

#include "core/async/task.hpp"
#include "net/http/client.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::http {

/// What a 401 or 403 says of a server: that it would not serve us, or, where something else is
/// asked of it than it is there for, nothing.
enum class key_refusal : std::uint8_t { counts, says_nothing };

/// Asks a server for something of no interest. Nothing: it is there and would serve who asks; else
/// why not, as a sentence's end. An answer that only means that the question was odd (404, 405) is
/// an answer. Throws operation_aborted when cancelled.
[[nodiscard]] task<std::optional<std::string>>
reach(client& over, client_request asked, key_refusal refused, time_point by);

}  // namespace clarion::http
