#pragma once

#include "core/protocol/server_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace clarion::conversation {

/// One run that has not ended, for an operator.
struct run_report {
    std::string user_id;
    std::string thread_id;
    std::string run_id;
    std::string agent;
    protocol::run_state state{};
    /// Since its message was accepted by this process.
    std::int64_t age_ms = 0;
    /// Names of the tools that are at work.
    std::vector<std::string> open_tools;
    /// The thread's last committed event.
    std::int64_t seq = 0;
};

/// How many there are by state.
struct run_totals {
    std::size_t running = 0;
    std::size_t queued = 0;
    std::size_t suspended = 0;
};

}  // namespace clarion::conversation
