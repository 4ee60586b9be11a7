#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::agents::demo {

enum class token_kind : std::uint8_t {
    end,
    number,
    hexadecimal,  ///< `0x1f`: named, so that it is not read as 0 times a name
    name,
    plus,
    minus,
    times,
    divide,
    remainder,
    percent_of,  ///< `% of`, `percent of`
    power,
    factorial,
    squared,
    cubed,
    open,
    close,
    comma,
    unknown,  ///< one code point, or one byte of what is not UTF-8
};

struct token {
    token_kind kind = token_kind::end;
    /// Bytes of the text, `end` past the last.
    std::size_t begin = 0;
    std::size_t end = 0;
    /// Of a number; infinite when no double is that large.
    double value = 0;
};

[[nodiscard]] constexpr std::string_view text_of(std::string_view text, const token& read) {
    return text.substr(read.begin, read.end - read.begin);
}

/// Whether no blank stands between the two.
[[nodiscard]] constexpr bool touch(const token& left, const token& right) {
    return left.end == right.begin;
}

[[nodiscard]] constexpr bool is_sign(token_kind kind) {
    return kind == token_kind::plus || kind == token_kind::minus;
}

[[nodiscard]] constexpr bool is_binary(token_kind kind) {
    switch (kind) {
        case token_kind::plus:
        case token_kind::minus:
        case token_kind::times:
        case token_kind::divide:
        case token_kind::remainder:
        case token_kind::percent_of:
        case token_kind::power:
            return true;
        default:
            return false;
    }
}

/// Whether a value can end with it, so that an operator may follow.
[[nodiscard]] constexpr bool ends_value(token_kind kind) {
    switch (kind) {
        case token_kind::number:
        case token_kind::hexadecimal:
        case token_kind::name:
        case token_kind::factorial:
        case token_kind::squared:
        case token_kind::cubed:
        case token_kind::close:
            return true;
        default:
            return false;
    }
}

[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The byte at the position, or zero past the end.
[[nodiscard]] constexpr char byte_at(std::string_view text, std::size_t position) {
    return position < text.size() ? text[position] : '\0';
}

}  // namespace clarion::agents::demo
