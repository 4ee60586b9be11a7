#pragma once

#include "net/websocket/transport.hpp"

namespace clarion::websocket {

/// What `/echo` accepts by default: more than any case of the conformance suites sends.
inline constexpr std::size_t echo_bytes_max = std::size_t{64} << 20U;

/// How long `/echo` waits for a client that does not read.
inline constexpr duration echo_send_timeout = std::chrono::seconds(60);

/// Sends every message back, answers pings and the close frame (with its own code, 1000 when it has
/// none), and closes on a violation with its code. Ends with the conversation; the caller finishes
/// the transport. For conformance suites (PROTOCOL §7).
task<> echo(transport& peer);

}  // namespace clarion::websocket
