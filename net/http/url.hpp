#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::http {

enum class scheme : std::uint8_t { http, https };

/// Where a client's request goes (RFC 9110 section 4.2).
struct url {
    scheme how = scheme::http;
    std::string host;  ///< IPv6 addresses without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query; begins with '/'
    std::string user_info;     ///< as written before '@'; empty when there is none

    /// For the Host header: brackets around IPv6, no port when it is the scheme's own.
    [[nodiscard]] std::string authority() const;
    /// "HOST:PORT", an IPv6 host in brackets.
    [[nodiscard]] std::string host_and_port() const;
    /// Scheme and authority, to tell origins apart.
    [[nodiscard]] std::string origin() const;
    /// The same origin, with `path` behind this URL's own path: one '/' between them.
    [[nodiscard]] url below(std::string_view path) const;
};

/// One sentence's end: what is wrong with the text.
struct url_error {
    std::string message;
};

/// Refuses other schemes, fragments, bad ports, and bytes that are not visible ASCII.
[[nodiscard]] std::variant<url, url_error> parse_url(std::string_view text);

}  // namespace clarion::http
