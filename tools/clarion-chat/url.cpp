#include "tools/clarion-chat/url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace clarion::chat {

namespace {

std::uint16_t usual_port(websocket_url::scheme how) {
    return how == websocket_url::scheme::ws ? 80 : 443;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
        return std::nullopt;
    return port;
}

// What stands before the port, and the port's digits with their colon.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view authority) {
    if (!authority.starts_with('[')) {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        return std::pair(authority.substr(0, colon), authority.substr(colon));
    }
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos)
        return std::nullopt;
    return std::pair(authority.substr(1, bracket - 1), authority.substr(bracket + 1));
}

}  // namespace

std::string websocket_url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != usual_port(how))
        out += ":" + std::to_string(port);
    return out;
}

void websocket_url::add_parameter(std::string_view name, std::string_view value) {
    target += target.find('?') == std::string::npos ? '?' : '&';
    target.append(name).append("=").append(value);
}

std::variant<websocket_url, url_error> parse_url(std::string_view text) {
    const auto refused = [text](const std::string& why) {
        return url_error{"the URL " + std::string(text) + " " + why};
    };
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; }))
        return url_error{"the URL has a character that must be escaped"};
    websocket_url url;
    std::string_view rest = text;
    if (rest.starts_with("ws://"))
        rest.remove_prefix(5);
    else if (rest.starts_with("wss://"))
        rest.remove_prefix(6), url.how = websocket_url::scheme::wss;
    else
        return refused("does not begin with ws:// or wss://");
    if (rest.find('#') != std::string_view::npos)
        return refused("has a fragment, which a WebSocket cannot have");
    const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, path);
    if (authority.find('@') != std::string_view::npos)
        return refused("has user information; use --token");
    const auto parts = split(authority);
    if (!parts || parts->first.empty())
        return refused("names no host");
    url.host = parts->first;
    url.port = usual_port(url.how);
    if (!parts->second.empty()) {
        const std::string_view digits = parts->second.substr(1);
        const auto port = parts->second.front() == ':' ? parse_port(digits) : std::nullopt;
        if (!port)
            return refused("has a bad port");
        url.port = *port;
    }
    url.target = rest.substr(path);
    if (!url.target.starts_with('/'))
        url.target.insert(0, "/");
    return url;
}

}  // namespace clarion::chat
