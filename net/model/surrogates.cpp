#include "net/model/surrogates.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace clarion::model {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::size_t escape_bytes = 6;  // \uXXXX
constexpr std::size_t half_bytes = 3;

bool is_first(std::uint32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}

bool is_second(std::uint32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

/// The code unit of the escape with which `text` begins.
std::optional<std::uint32_t> escaped_unit(std::string_view text) {
    if (text.size() < escape_bytes || !text.starts_with("\\u"))
        return std::nullopt;
    std::uint32_t unit = 0;
    const char* const end = text.data() + escape_bytes;
    const auto [rest, error] = std::from_chars(text.data() + 2, end, unit, 16);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return unit;
}

/// The half with which `text` begins, as three bytes.
std::optional<std::uint32_t> half_at(std::string_view text) {
    if (text.size() < half_bytes || text[0] != '\xED')
        return std::nullopt;
    const auto second = static_cast<std::uint8_t>(text[1]);
    const auto third = static_cast<std::uint8_t>(text[2]);
    if (second < 0xA0 || second > 0xBF || (third & 0xC0U) != 0x80)
        return std::nullopt;
    return 0xD000U | (second & 0x3FU) << 6U | (third & 0x3FU);
}

void append_byte(std::string& out, std::uint32_t bits) {
    out += static_cast<char>(static_cast<std::uint8_t>(bits));
}

void append_half(std::string& out, std::uint32_t unit) {
    append_byte(out, 0xE0U | unit >> 12U);
    append_byte(out, 0x80U | (unit >> 6U & 0x3FU));
    append_byte(out, 0x80U | (unit & 0x3FU));
}

void append_pair(std::string& out, std::uint32_t first, std::uint32_t second) {
    const std::uint32_t point = 0x10000U + ((first - 0xD800U) << 10U) + (second - 0xDC00U);
    append_byte(out, 0xF0U | point >> 18U);
    append_byte(out, 0x80U | (point >> 12U & 0x3FU));
    append_byte(out, 0x80U | (point >> 6U & 0x3FU));
    append_byte(out, 0x80U | (point & 0x3FU));
}

}  // namespace

std::string unescape_halves(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    while (!json.empty()) {
        const auto unit = escaped_unit(json);
        std::size_t used = json.front() == '\\' && json.size() > 1 ? 2 : 1;
        if (unit && (is_first(*unit) || is_second(*unit))) {
            const auto next = escaped_unit(json.substr(escape_bytes));
            const bool is_pair = is_first(*unit) && next && is_second(*next);
            used = is_pair ? 2 * escape_bytes : escape_bytes;
            if (!is_pair) {
                append_half(out, *unit);
                json.remove_prefix(used);
                continue;
            }
        }
        out += json.substr(0, used);
        json.remove_prefix(used);
    }
    return out;
}

std::string half_joiner::feed(std::string piece) {
    if (held_.empty() && piece.find('\xED') == std::string::npos)
        return piece;
    const std::string text = std::exchange(held_, {}) + piece;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const auto half = half_at(rest);
        if (!half) {
            out += rest.front();
            rest.remove_prefix(1);
            continue;
        }
        const std::string_view behind = rest.substr(half_bytes);
        const auto next = half_at(behind);
        if (is_first(*half) && behind.empty()) {
            held_ = rest;
            break;
        }
        const bool is_pair = is_first(*half) && next && is_second(*next);
        if (is_pair)
            append_pair(out, *half, *next);
        else
            out += replacement;
        rest.remove_prefix(is_pair ? 2 * half_bytes : half_bytes);
    }
    return out;
}

std::string half_joiner::end() {
    return std::exchange(held_, {}).empty() ? std::string() : std::string(replacement);
}

std::string join_halves(std::string text) {
    half_joiner joiner;
    std::string joined = joiner.feed(std::move(text));
    return joined + joiner.end();
}

}  // namespace clarion::model
