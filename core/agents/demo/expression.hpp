#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::agents::demo {

inline constexpr std::size_t expression_bytes_max = 4096;

/// Parentheses, function calls and powers of powers each open a level.
inline constexpr int expression_depth_max = 200;

enum class expression_error_kind : std::uint8_t {
    empty,
    too_long,
    too_deep,
    unexpected_text,
    expected_value,
    missing_parenthesis,
    unsupported_number,
    unknown_name,
    unknown_function,
    argument_count,
    division_by_zero,
    not_real,
    too_large,
    not_countable,
};

struct expression_error {
    expression_error_kind kind = expression_error_kind::empty;
    /// One sentence for the user, without a full stop, valid UTF-8 whatever the text was. Places
    /// in it count characters from 1.
    std::string message;
    /// Bytes of the text in front of what is wrong; the text's size when its end is.
    std::size_t offset = 0;
};

using expression_result = std::variant<double, expression_error>;

/// Computes an arithmetic expression: a finite double, or the first error met from left to right.
/// Pure, without allocation that outlives it, linear in the text, on any bytes.
///
/// From the loosest to the tightest, each level left-associative unless said otherwise:
///   `+ -`  ·  `* / %`, `% of` and a product without a sign, `2(3+4)`, `2pi`  ·  signs  ·
///   `^` or `**`, right-associative, `-2^2` is -4, `2^-1` is 0.5  ·  `!`, `squared`, `cubed`
/// `%` is the remainder with the sign of its left side, as std::fmod; `15% of 200` is 30. So
/// `1/2pi` is pi/2. `3!!` is refused, because mathematicians read it as something else than
/// (3!)!. `× ÷ − – · ⋅`, words (`12 divided by 4`) and `x` are operators, and `,` in `1,000` groups
/// thousands except in the arguments of a function: see expression_lexer.hpp. Functions and
/// constants: see arithmetic.hpp. 0^0 is 1.
[[nodiscard]] expression_result evaluate(std::string_view text);

}  // namespace clarion::agents::demo
