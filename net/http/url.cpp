#include "net/http/url.hpp"

#include "net/http/header_fields.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace clarion::http {

namespace {

constexpr std::uint16_t default_port(scheme of) {
    return of == scheme::http ? 80 : 443;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool is_visible_ascii(char c) {
    return c > 0x20 && c < 0x7F;
}

std::optional<std::uint16_t> port_in(std::string_view digits) {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || rest != end || port == 0)
        return std::nullopt;
    return port;
}

// "HOST", "HOST:PORT", "[IPV6]", "[IPV6]:PORT".
std::optional<url_error> read_host(std::string_view text, url& into) {
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return url_error{"has a bracket that is never closed"};
        into.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else {
        const std::size_t end = std::min(text.find(':'), text.size());
        into.host = text.substr(0, end);
        rest = text.substr(end);
    }
    if (into.host.empty())
        return url_error{"names no host"};
    if (rest.empty())
        return std::nullopt;
    const auto port = rest.starts_with(':') ? port_in(rest.substr(1)) : std::nullopt;
    if (!port)
        return url_error{"has no valid port"};
    into.port = *port;
    return std::nullopt;
}

}  // namespace

std::string url::authority() const {
    return port == default_port(how) ? bracketed(host) : host_and_port();
}

std::string url::host_and_port() const {
    return bracketed(host) + ":" + std::to_string(port);
}

std::string url::origin() const {
    return (how == scheme::http ? "http://" : "https://") + host_and_port();
}

url url::below(std::string_view path) const {
    url made = *this;
    while (made.target.ends_with('/'))
        made.target.pop_back();
    if (!path.starts_with('/'))
        made.target += '/';
    made.target += path;
    return made;
}

std::variant<url, url_error> parse_url(std::string_view text) {
    if (!std::ranges::all_of(text, is_visible_ascii))
        return url_error{"has a byte that no URL may have"};
    const std::size_t colon = text.find("://");
    const std::string name = to_lower(text.substr(0, std::min(colon, text.size())));
    url made;
    if (colon == std::string_view::npos || (name != "http" && name != "https"))
        return url_error{"begins neither with http:// nor with https://"};
    made.how = name == "http" ? scheme::http : scheme::https;
    made.port = default_port(made.how);
    std::string_view rest = text.substr(colon + 3);
    if (rest.find('#') != std::string_view::npos)
        return url_error{"has a fragment"};
    const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
    made.target = rest.substr(path);
    if (!made.target.starts_with('/'))
        made.target.insert(0, 1, '/');
    rest = rest.substr(0, path);
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        made.user_info = rest.substr(0, at);
        rest.remove_prefix(at + 1);
    }
    made.host = {};
    if (auto error = read_host(rest, made))
        return *std::move(error);
    return made;
}

}  // namespace clarion::http
