#include "app/config/address_forms.hpp"

#include "net/http/admission.hpp"
#include "net/ip_network.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace clarion::app {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_scheme_character(char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
}

bool is_host_character(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
}

std::optional<unsigned> parse_decimal(std::string_view digits, unsigned max) {
    unsigned number = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number > max)
        return std::nullopt;
    return number;
}

// A host as it stands in an address or a URL; returned without brackets.
std::optional<std::string> parse_host(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        std::string inside(text.substr(1, text.size() - 2));
        if (inside.find(':') == std::string::npos || !net::parse_address(inside))
            return std::nullopt;
        return inside;
    }
    if (text.empty() || !std::ranges::all_of(text, is_host_character))
        return std::nullopt;
    return std::string(text);
}

}  // namespace

std::optional<host_port> parse_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto host = parse_host(text.substr(0, colon));
    const auto port = parse_decimal(text.substr(colon + 1), 65535);
    if (!host || !port)
        return std::nullopt;
    host_port parsed;
    parsed.host = *host;
    parsed.port = static_cast<std::uint16_t>(*port);
    return parsed;
}

bool names_loopback(const host_port& address) {
    return address.host == "localhost" || http::is_loopback(address.host);
}

bool is_origin(std::string_view text) {
    const std::size_t mark = text.find("://");
    if (mark == std::string_view::npos || mark == 0 || !is_letter(text.front()))
        return false;
    const std::string_view authority = text.substr(mark + 3);
    return std::ranges::all_of(text.substr(0, mark), is_scheme_character) &&
           (parse_host(authority) || parse_host_port(authority));
}

bool is_network(std::string_view text) {
    return net::ip_network::parse(text).has_value();
}

}  // namespace clarion::app
