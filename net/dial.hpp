#pragma once

#include "net/byte_stream.hpp"
#include "net/ip_network.hpp"
#include "net/tls_stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace clarion::net {

/// An HTTP proxy on the way (RFC 9110 section 9.3.6).
struct proxy_hop {
    std::string host;
    std::uint16_t port = 80;
    /// The value of Proxy-Authorization; empty without a user.
    std::string authorization;
};

struct destination {
    std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
    std::uint16_t port = 0;
    tls_context_ptr tls;  ///< none: plain TCP
    /// The connection is made by this proxy's CONNECT; TLS, if any, goes through to the host.
    std::optional<proxy_hop> through{};
    /// Which of the addresses that the name resolves to may be connected to; none: all.
    bool (*permits)(const ip_address&) = nullptr;
};

/// One sentence that names the destination.
struct dial_failure {
    std::string message;
};

using dial_result = std::variant<byte_stream_ptr, dial_failure>;

/// Resolves, connects, asks the proxy if there is one, and, with TLS, shakes hands and verifies the
/// certificate, all before `deadline`. The stream belongs to the calling shard.
task<dial_result> dial(destination where, time_point deadline);

}  // namespace clarion::net
