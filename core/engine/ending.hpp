#pragma once

#include "core/protocol/payloads.hpp"

#include <optional>
#include <string>
#include <variant>

namespace clarion::engine {

// How a run ends; each becomes one terminal event.

struct run_completed {
    std::optional<protocol::token_usage> usage;
};
struct run_failed {
    protocol::agent_error_code code = protocol::agent_error_code::internal;
    std::string message;
    std::optional<protocol::token_usage> usage;
};
struct run_cancelled {
    protocol::cancel_reason reason = protocol::cancel_reason::user;
};
using ending = std::variant<run_completed, run_failed, run_cancelled>;

}  // namespace clarion::engine
