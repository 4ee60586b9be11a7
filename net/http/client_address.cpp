#include "net/http/client_address.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http {

namespace {

// One entry of either list: where a request came from, as the proxy that wrote it saw it. Nothing
// when that is no address.
using hop = std::optional<net::ip_address>;

// Splits at `mark` outside of quoted strings (RFC 9110 §5.6.4); nothing when a quote stays open.
std::optional<std::vector<std::string_view>> split_unquoted(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    bool is_quoted = false;
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_quoted && text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        } else if (text[at] == mark && !is_quoted) {
            parts.push_back(text.substr(from, at - from));
            from = at + 1;
        }
    }
    if (is_quoted)
        return std::nullopt;
    parts.push_back(text.substr(from));
    return parts;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// 192.0.2.1, 192.0.2.1:4711, 2001:db8::1, [2001:db8::1], [2001:db8::1]:4711.
hop parse_node(std::string_view text) {
    if (auto alone = net::parse_address(text))
        return alone;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        const std::string_view behind = text.substr(end + 1);
        if (!behind.empty() && !behind.starts_with(':'))
            return std::nullopt;
        return net::parse_address(text.substr(1, end - 1));
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
        return std::nullopt;
    return net::parse_address(text.substr(0, colon));
}

std::string_view without_quotes(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        return value.substr(1, value.size() - 2);
    return value;
}

// The `for` of one element of Forwarded (RFC 7239 §4). An address needs no escapes: a value with
// some is no address.
hop hop_of_element(std::string_view element) {
    const auto pairs = split_unquoted(element, ';');
    if (!pairs)
        return std::nullopt;
    for (const std::string_view pair : *pairs) {
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos &&
            equals_ignoring_case(trimmed(pair.substr(0, equals)), "for"))
            return parse_node(without_quotes(trimmed(pair.substr(equals + 1))));
    }
    return std::nullopt;
}

std::vector<hop> hops_of_forwarded(const header_fields& headers) {
    std::vector<hop> hops;
    for (const header_field& field : headers) {
        if (!equals_ignoring_case(field.name, "Forwarded"))
            continue;
        const auto elements = split_unquoted(field.value, ',');
        // A quote that a client left open has swallowed what its proxy wrote behind it.
        if (!elements)
            hops.emplace_back();
        else
            std::ranges::transform(*elements, std::back_inserter(hops), hop_of_element);
    }
    return hops;
}

std::vector<hop> hops_of_x_forwarded_for(const header_fields& headers) {
    std::vector<hop> hops;
    std::ranges::transform(headers.list("X-Forwarded-For"), std::back_inserter(hops), parse_node);
    return hops;
}

net::ip_address
client_behind(net::ip_address peer, std::vector<hop> hops, const net::ip_networks& trusted) {
    while (!hops.empty() && hops.back() && any_contains(trusted, peer)) {
        peer = *hops.back();
        hops.pop_back();
    }
    return peer;
}

}  // namespace

std::variant<caller, response>
client_of(const std::string& peer, const header_fields& headers, const net::ip_networks& trusted) {
    const auto address = trusted.empty() ? std::nullopt : net::parse_address(peer);
    if (!address || !any_contains(trusted, *address))
        return caller{peer, false};
    const auto forwarded = client_behind(*address, hops_of_forwarded(headers), trusted);
    const auto x_forwarded = client_behind(*address, hops_of_x_forwarded_for(headers), trusted);
    if (headers.count("Forwarded") == 0)
        return caller{to_string(x_forwarded), true};
    if (headers.count("X-Forwarded-For") != 0 && forwarded != x_forwarded)
        return plain_response(
            400,
            "Forwarded and X-Forwarded-For name different clients: let the proxy set one of them "
            "and remove the other."
        );
    return caller{to_string(forwarded), true};
}

}  // namespace clarion::http
