#include "net/http/origin.hpp"

#include <algorithm>
#include <string_view>

namespace clarion::http {

namespace {

// `host[:port]` in lower case, taken apart; an IPv6 address keeps its brackets.
struct authority {
    std::string host;
    std::string port;  // empty: the default of the scheme

    bool operator==(const authority&) const = default;
};

struct web_origin {
    std::string scheme;
    authority where;

    bool operator==(const web_origin&) const = default;
};

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_address_character(char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<authority> parse_authority(std::string_view text) {
    authority result;
    const std::string lowered = to_lower(text);
    std::string_view rest = lowered;
    const bool is_bracketed = rest.starts_with('[');
    const std::size_t end = is_bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view name = is_bracketed ? rest.substr(1, end - 1) : rest.substr(0, end);
    const auto allowed = is_bracketed ? is_address_character : is_host_character;
    if (name.empty() || !std::ranges::all_of(name, allowed))
        return std::nullopt;
    result.host = rest.substr(0, is_bracketed ? end + 1 : end);
    rest.remove_prefix(result.host.size());
    if (rest.empty())
        return result;
    rest.remove_prefix(1);
    if (lowered[result.host.size()] != ':' || rest.size() > 5 ||
        !std::ranges::all_of(rest, is_digit))
        return std::nullopt;
    result.port = rest;
    return result;
}

// The port that a scheme implies is left out, so that two ways to write one origin are equal.
authority without_default_port(authority where, std::string_view scheme) {
    const bool is_default = ((scheme == "http" || scheme == "ws") && where.port == "80") ||
                            ((scheme == "https" || scheme == "wss") && where.port == "443");
    if (is_default)
        where.port.clear();
    return where;
}

std::optional<web_origin> parse_origin(std::string_view text) {
    const std::size_t mark = text.find("://");
    if (mark == std::string_view::npos)
        return std::nullopt;
    web_origin result{to_lower(text.substr(0, mark)), {}};
    const auto where = parse_authority(text.substr(mark + 3));
    if (!where)
        return std::nullopt;
    result.where = without_default_port(*where, result.scheme);
    return result;
}

bool is_own_name(const std::string& host, const origin_policy& policy) {
    if (host == "localhost" || host == "127.0.0.1" || host == "[::1]")
        return true;
    return std::ranges::any_of(policy.allowed_origins, [&host](const std::string& allowed) {
        const auto origin = parse_origin(allowed);
        return origin && origin->where.host == host;
    });
}

bool is_allowed(const web_origin& origin, const origin_policy& policy) {
    return std::ranges::any_of(policy.allowed_origins, [&origin](const std::string& allowed) {
        return parse_origin(allowed) == origin;
    });
}

std::optional<response> refused_proxy(const header_fields& headers) {
    for (const header_field& field : headers) {
        const std::string name = to_lower(field.name);
        if (name == "forwarded" || name.starts_with("x-forwarded-"))
            return plain_response(
                403,
                "This server runs without authentication and does not answer through a proxy (" +
                    field.name +
                    " is present): switch authentication on, name the proxy in "
                    "server.trusted_proxies, or start it with --insecure."
            );
    }
    return std::nullopt;
}

}  // namespace

std::optional<response>
refused_origin(const header_fields& headers, const origin_policy& policy, forwarding by) {
    if (headers.count("Host") != 1)
        return plain_response(400, "A request needs exactly one Host header.");
    const auto host = parse_authority(*headers.find("Host"));
    if (!host)
        return plain_response(400, "The Host header is malformed.");
    if (policy.names == own_names_only::on) {
        if (!is_own_name(host->host, policy))
            return plain_response(403, "This server does not answer under this Host.");
        if (by == forwarding::unknown) {
            if (auto refused = refused_proxy(headers))
                return refused;
        }
    }
    if (headers.count("Origin") == 0)
        return std::nullopt;
    const auto origin = parse_origin(*headers.find("Origin"));
    if (origin && headers.count("Origin") == 1) {
        if (without_default_port(*host, origin->scheme) == origin->where)
            return std::nullopt;
        if (is_allowed(*origin, policy))
            return std::nullopt;
    }
    return plain_response(403, "This Origin is not allowed.");
}

}  // namespace clarion::http
