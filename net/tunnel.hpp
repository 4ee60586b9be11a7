#pragma once

#include "net/socket_io.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::net {

struct tunnel_request {
    std::string host;
    std::uint16_t port = 0;
    std::string authorization;  ///< the value of Proxy-Authorization; empty without a user
};

/// The bytes that ask a proxy for a tunnel (RFC 9110 section 9.3.6).
[[nodiscard]] std::string connect_request(const tunnel_request& asked);
/// What a proxy's answer, up to its blank line, says: nothing when the tunnel stands, else the end
/// of a sentence that begins with the proxy.
[[nodiscard]] std::optional<std::string> refusal_in(std::string_view connect_answer);

/// Asks the proxy at the other end of `socket`. The same result; the caller bounds its time.
task<std::optional<std::string>> open_tunnel(tcp_socket& socket, tunnel_request asked);

}  // namespace clarion::net
