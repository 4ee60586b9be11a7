#include "net/http/proxy_rules.hpp"

#include "net/http/header_fields.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include <openssl/evp.h>

namespace clarion::http {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                               hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
        if (!is_escape) {
            decoded += text[at];
            continue;
        }
        decoded += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
        at += 2;
    }
    return decoded;
}

std::string basic_authorization(std::string_view user_info) {
    if (user_info.empty())
        return {};
    std::string plain = percent_decoded(user_info);
    if (plain.find(':') == std::string::npos)
        plain += ':';
    std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL appends a NUL
    EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(encoded.data()),
        reinterpret_cast<const unsigned char*>(plain.data()),
        static_cast<int>(plain.size())
    );
    encoded.pop_back();
    return "Basic " + encoded;
}

std::variant<proxy, std::string> read_proxy(const char* variable, const std::string& text) {
    // "host:port" alone is what many write.
    const bool has_scheme = text.find("://") != std::string::npos;
    auto parsed = parse_url(has_scheme ? text : "http://" + text);
    const std::string unusable = std::string(variable) + " cannot be used: it ";
    if (const auto* error = std::get_if<url_error>(&parsed))
        return unusable + error->message;
    const url& where = std::get<url>(parsed);
    if (where.how != scheme::http)
        return unusable + "is no http:// proxy";
    return proxy{where.host, where.port, basic_authorization(where.user_info)};
}

bool is_loopback(const std::string& host) {
    if (to_lower(host) == "localhost")
        return true;
    const auto address = net::parse_address(host);
    if (!address)
        return false;
    const bool is_v6_loopback =
        address->bytes_count == 16 && address->bytes.back() == 1 &&
        std::all_of(address->bytes.begin(), address->bytes.end() - 1, [](std::uint8_t byte) {
            return byte == 0;
        });
    return is_v6_loopback || (address->bytes_count == 4 && address->bytes[0] == 127);
}

// Takes ":PORT" off the end; "::1" and "[::1]" have none.
std::optional<std::uint16_t> take_port(std::string_view& name) {
    const std::size_t colon = name.rfind(':');
    if (colon == std::string_view::npos || (name.find(':') != colon && !name.starts_with('[')))
        return std::nullopt;
    std::uint16_t port = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + colon + 1, end, port);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    name = name.substr(0, colon);
    return port;
}

}  // namespace

std::variant<proxy_rules, std::string> proxy_rules::read(const proxy_environment& from) {
    proxy_rules rules;
    for (const auto& [variable, text, place] :
         {std::tuple("HTTP_PROXY", &from.http_proxy, &rules.http_),
          std::tuple("HTTPS_PROXY", &from.https_proxy, &rules.https_)}) {
        if (text->empty())
            continue;
        auto made = read_proxy(variable, *text);
        if (auto* error = std::get_if<std::string>(&made))
            return std::move(*error);
        *place = std::get<proxy>(std::move(made));
    }
    std::string_view list = from.no_proxy;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find_first_of(", "), list.size());
        rules.add_exception(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return rules;
}

void proxy_rules::add_exception(std::string_view text) {
    if (text == "*")
        excepts_all_ = true;
    exception made;
    made.network = net::ip_network::parse(text);
    if (!made.network)
        made.port = take_port(text);
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    if (text.starts_with("*."))
        text.remove_prefix(1);
    if (text.starts_with('.'))
        text.remove_prefix(1);
    made.name = to_lower(text);
    if (!made.name.empty())
        exceptions_.push_back(std::move(made));
}

bool proxy_rules::is_excepted(const url& target) const {
    if (excepts_all_ || is_loopback(target.host))
        return true;
    const std::string host = to_lower(target.host);
    const auto address = net::parse_address(target.host);
    return std::ranges::any_of(exceptions_, [&](const exception& one) {
        if (one.network)
            return address && one.network->contains(*address);
        if (one.port && *one.port != target.port)
            return false;
        return host == one.name || (!address && host.ends_with("." + one.name));
    });
}

const proxy* proxy_rules::find(const url& target) const {
    const std::optional<proxy>& configured = target.how == scheme::http ? http_ : https_;
    return configured && !is_excepted(target) ? &*configured : nullptr;
}

}  // namespace clarion::http
