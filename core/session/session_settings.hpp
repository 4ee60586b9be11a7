#pragma once

#include "core/async/timer_queue.hpp"
#include "core/protocol/server_frames.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace clarion::session {

/// The bounds of one session (PROTOCOL §10 `[limits]`); immutable, shared by all shards.
struct session_settings {
    /// Everything of `welcome` that is the same for everybody.
    std::string server_version;
    std::vector<protocol::server::agent_card> agents;
    std::size_t frame_bytes_max = 262144;
    std::size_t message_bytes_max = 32768;
    std::int64_t messages_per_minute = 120;
    std::size_t queued_runs_max = 16;
    std::size_t outbox_bytes_max = 1048576;
    duration handshake_timeout = std::chrono::seconds(10);
    /// 0: no heartbeat.
    duration heartbeat_interval = std::chrono::seconds(25);
    duration heartbeat_timeout = std::chrono::seconds(8);
    /// What a closing session waits for the peer before it drops the connection.
    duration linger = std::chrono::seconds(2);
};

/// This many offences within the window close a connection with 4502 (PROTOCOL §1).
inline constexpr std::size_t offences_max = 20;
inline constexpr duration offence_window = std::chrono::seconds(60);

}  // namespace clarion::session
