#include "net/ip_network.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace clarion::net {

namespace {

constexpr std::size_t ipv4_bytes = 4;
constexpr std::size_t ipv6_bytes = 16;
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<ip_address> parse_as(int family, const std::string& text) {
    ip_address parsed;
    if (inet_pton(family, text.c_str(), parsed.bytes.data()) != 1)
        return std::nullopt;
    parsed.bytes_count = family == AF_INET ? ipv4_bytes : ipv6_bytes;
    return parsed;
}

bool is_mapped(const ip_address& address) {
    return address.bytes_count == ipv6_bytes &&
           std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
}

ip_address unmapped(const ip_address& address) {
    ip_address inner;
    inner.bytes_count = ipv4_bytes;
    std::copy_n(address.bytes.begin() + mapped_prefix.size(), ipv4_bytes, inner.bytes.begin());
    return inner;
}

// As written, with a mapped address still mapped: a prefix counts from its front.
std::optional<ip_address> parse_as_written(std::string_view text) {
    // inet_pton reads up to the first NUL.
    if (text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string owned(text);
    if (auto v4 = parse_as(AF_INET, owned))
        return v4;
    return parse_as(AF_INET6, owned);
}

}  // namespace

std::optional<ip_address> parse_address(std::string_view text) {
    auto parsed = parse_as_written(text);
    if (parsed && is_mapped(*parsed))
        return unmapped(*parsed);
    return parsed;
}

std::string to_string(const ip_address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.bytes_count == ipv4_bytes ? AF_INET : AF_INET6;
    inet_ntop(family, address.bytes.data(), text.data(), text.size());
    return text.data();
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto base = parse_as_written(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    std::size_t bits = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (!base || read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
        bits > base->bytes_count * 8)
        return std::nullopt;
    const std::size_t mapped_bits = mapped_prefix.size() * 8;
    if (is_mapped(*base) && bits >= mapped_bits)
        return ip_network(unmapped(*base), bits - mapped_bits);
    return ip_network(*base, bits);
}

bool ip_network::contains(const ip_address& address) const {
    if (address.bytes_count != base_.bytes_count)
        return false;
    const auto whole = static_cast<std::ptrdiff_t>(prefix_bits_ / 8);
    if (!std::equal(base_.bytes.begin(), base_.bytes.begin() + whole, address.bytes.begin()))
        return false;
    const std::size_t rest = prefix_bits_ % 8;
    if (rest == 0)
        return true;
    const auto at = static_cast<std::size_t>(whole);
    const auto mask = static_cast<std::uint8_t>(0xffU << (8 - rest));
    return ((base_.bytes[at] ^ address.bytes[at]) & mask) == 0;
}

bool any_contains(const ip_networks& networks, const ip_address& address) {
    return std::ranges::any_of(networks, [&address](const ip_network& one) {
        return one.contains(address);
    });
}

}  // namespace clarion::net
