#pragma once

#include "core/canary/canary_wire.hpp"
#include "net/listener.hpp"

#include <string>

namespace clarion::app {

/// A WebSocket to the listener as a client of this machine would open it: to its bound address (a
/// loopback one where it is bound to all), through its TLS, with its certificate pinned, and with
/// the credential as a bearer token. The listener's home shard.
task<canary::dial_result> dial_canary(const net::listener& to, std::string credential);

}  // namespace clarion::app
