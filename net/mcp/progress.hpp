#pragma once

#include "core/ports/tool_source.hpp"
#include "net/mcp/json_rpc.hpp"
#include "net/mcp/opening.hpp"

#include <cstdint>
#include <optional>

namespace clarion::mcp {

/// What a server tells of one request while it works on it. The token is the request's id.
struct told_progress {
    std::int64_t token = 0;
    ports::tool_progress how_far;
};

/// Nothing for any other notification, and for a token that is not ours.
[[nodiscard]] std::optional<told_progress> progress_in(const rpc_notification& notification);

/// Asks for progress of the request with these params.
void ask_for_progress(boost::json::object& params, std::int64_t id);

[[nodiscard]] ask_outcome outcome_of(const rpc_response& response);

}  // namespace clarion::mcp
