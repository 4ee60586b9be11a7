#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::net {

/// An IPv4 or IPv6 address as its bytes. An IPv4 address mapped into IPv6 (::ffff:192.0.2.1) is the
/// IPv4 address: it is the same peer.
struct ip_address {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t bytes_count = 0;  ///< 4 or 16

    bool operator==(const ip_address&) const = default;
};

/// `text` is an address alone: no brackets, port, zone or space around it.
[[nodiscard]] std::optional<ip_address> parse_address(std::string_view text);
/// As inet_ntop writes it, IPv6 in the form of RFC 5952.
[[nodiscard]] std::string to_string(const ip_address& address);

/// The addresses that share a prefix (CIDR, RFC 4632 §3.1). What stands behind the prefix does not
/// count: 10.1.2.3/8 is 10.0.0.0/8. An IPv4 address is in no IPv6 network, not even in ::/0.
class ip_network {
public:
    /// "ADDRESS/PREFIX", the prefix in decimal, up to 32 or 128; nothing for anything else.
    [[nodiscard]] static std::optional<ip_network> parse(std::string_view text);

    [[nodiscard]] bool contains(const ip_address& address) const;

private:
    ip_network(const ip_address& base, std::size_t prefix_bits)
        : base_(base), prefix_bits_(prefix_bits) {}

    ip_address base_;
    std::size_t prefix_bits_;
};

using ip_networks = std::vector<ip_network>;

[[nodiscard]] bool any_contains(const ip_networks& networks, const ip_address& address);

}  // namespace clarion::net
