#pragma once

#include "net/ip_network.hpp"

namespace clarion::net {

/// Whether an address belongs to the public internet: none of the special-purpose ranges of IANA
/// (RFC 6890 and later): loopback, private, link-local, shared, documentation, multicast, those
/// that stand for an IPv4 address within IPv6, and what is reserved.
[[nodiscard]] bool is_public(const ip_address& address);

}  // namespace clarion::net
