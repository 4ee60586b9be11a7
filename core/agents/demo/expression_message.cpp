#include "core/agents/demo/expression_message.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression.hpp"
#include "core/agents/demo/expression_lexer.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::agents::demo {
std::string at_character(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto characters = std::ranges::count_if(before, [](char c) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        return !continues;
    });
    return " at character " + std::to_string(characters + 1);
}

// Only names and numbers can be that long, and these are ASCII: no code point is cut.
std::string quoted(std::string_view token) {
    constexpr std::size_t bytes_max = 32;
    const bool cut = token.size() > bytes_max;
    return "'" + std::string(token.substr(0, bytes_max)) + (cut ? "…'" : "'");
}

std::string quoted_character(std::string_view rest) {
    const auto first = static_cast<unsigned char>(rest.front());
    const bool printable = first >= 0x20 && first != 0x7F && code_point_bytes(rest, 0) > 0;
    if (printable) {
        return quoted(rest.substr(0, code_point_bytes(rest, 0)));
    }
    constexpr std::string_view digits = "0123456789abcdef";
    return std::string("byte 0x") + digits[first >> 4U] + digits[first & 0xFU];
}

std::string arguments_wanted(const arithmetic_function& function) {
    const std::string count = std::to_string(function.arguments_min);
    const std::string noun = function.arguments_min == 1 ? " argument" : " arguments";
    return (function.arguments_max == function.arguments_min ? "" : "at least ") + count + noun;
}

expression_error_kind kind_of(arithmetic_fault fault) {
    switch (fault) {
        case arithmetic_fault::division_by_zero:
            return expression_error_kind::division_by_zero;
        case arithmetic_fault::not_real:
            return expression_error_kind::not_real;
        case arithmetic_fault::too_large:
            return expression_error_kind::too_large;
        case arithmetic_fault::not_countable:
            return expression_error_kind::not_countable;
    }
    return expression_error_kind::not_real;
}

std::string sentence_of(arithmetic_fault fault) {
    switch (fault) {
        case arithmetic_fault::division_by_zero:
            return "division by zero";
        case arithmetic_fault::not_real:
            return "the result is not a real number";
        case arithmetic_fault::too_large:
            return "the result is too large";
        case arithmetic_fault::not_countable:
            return "a factorial needs a whole number from 0 to 170";
    }
    return {};
}

}  // namespace clarion::agents::demo
