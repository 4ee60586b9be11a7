#include "net/public_address.hpp"

#include "core/async/assert.hpp"

#include <cstddef>
#include <initializer_list>

namespace clarion::net {

namespace {

constexpr std::size_t ipv4_bytes = 4;

ip_networks parse_all(std::initializer_list<const char*> texts) {
    ip_networks all;
    for (const char* text : texts) {
        const auto read = ip_network::parse(text);
        CLARION_ASSERT(read);
        all.push_back(*read);
    }
    return all;
}

}  // namespace

bool is_public(const ip_address& address) {
    static const ip_networks special_v4 = parse_all({
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    });
    // Global unicast is 2000::/3; within it these are not, or hold an IPv4 address.
    static const ip_networks global_v6 = parse_all({"2000::/3"});
    static const ip_networks special_v6 =
        parse_all({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    if (address.bytes_count == ipv4_bytes)
        return !any_contains(special_v4, address);
    return any_contains(global_v6, address) && !any_contains(special_v6, address);
}

}  // namespace clarion::net
