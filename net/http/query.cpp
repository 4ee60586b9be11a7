#include "net/http/query.hpp"

#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <utility>

namespace clarion::http {

namespace {

std::optional<unsigned> hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::optional<std::string> decode(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at] == '+' ? ' ' : text[at];
            continue;
        }
        if (text.size() - at < 3)
            return std::nullopt;
        const auto high = hex_digit(text[at + 1]);
        const auto low = hex_digit(text[at + 2]);
        if (!high || !low)
            return std::nullopt;
        result += static_cast<char>(*high * 16U + *low);
        at += 2;
    }
    if (!protocol::is_utf8(result) || std::ranges::any_of(result, is_control))
        return std::nullopt;
    return result;
}

}  // namespace

std::optional<query_map> parse_query(std::string_view query) {
    query_map result;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty())
            continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals));
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || name->empty() || !value)
            return std::nullopt;
        if (!result.emplace(std::move(*name), std::move(*value)).second)
            return std::nullopt;
    }
    return result;
}

}  // namespace clarion::http
