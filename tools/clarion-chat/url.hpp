#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::chat {

/// Where a WebSocket is opened (RFC 6455 section 3).
struct websocket_url {
    enum class scheme { ws, wss };

    scheme how = scheme::ws;
    std::string host;  ///< IPv6 addresses without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query

    /// For the Host header: brackets around IPv6, no port when it is the scheme's own.
    std::string authority() const;
    /// Appends a parameter to the query; the value needs no escaping.
    void add_parameter(std::string_view name, std::string_view value);
};

struct url_error {
    std::string message;
};

/// Refuses other schemes, user information, fragments, bad ports, and bytes that are not visible
/// ASCII.
std::variant<websocket_url, url_error> parse_url(std::string_view text);

}  // namespace clarion::chat
