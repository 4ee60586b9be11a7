#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The forms in which settings name places of the network. They are checked as text: nothing is
// looked up.
namespace clarion::app {

struct host_port {
    std::string host;  ///< without the brackets of an IPv6 address
    std::uint16_t port = 0;

    bool operator==(const host_port&) const = default;
};

/// "HOST:PORT" with the port 0..65535 in decimal; a host with colons stands in brackets. Whether
/// the host exists is for the listener to find out.
[[nodiscard]] std::optional<host_port> parse_host_port(std::string_view text);

/// True for "localhost", 127.0.0.0/8 and ::1.
[[nodiscard]] bool names_loopback(const host_port& address);

/// `scheme://host[:port]` and nothing behind it, as browsers send it in Origin (RFC 6454 §6.2).
[[nodiscard]] bool is_origin(std::string_view text);

/// An IPv4 or IPv6 network in CIDR notation (RFC 4632 §3.1), prefix included.
[[nodiscard]] bool is_network(std::string_view text);

}  // namespace clarion::app
