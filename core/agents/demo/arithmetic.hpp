#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace clarion::agents::demo {

/// Why an operation on finite doubles has no finite double as its answer.
enum class arithmetic_fault : std::uint8_t {
    division_by_zero,
    not_real,
    too_large,
    /// A factorial of something other than a whole number from 0 on.
    not_countable,
};

/// A finite double, or the reason why there is none.
using arithmetic_result = std::variant<double, arithmetic_fault>;

enum class operation : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    remainder,
    percent_of,
    power
};

struct operands {
    double left = 0;
    double right = 0;
};

/// Applies one operation to finite operands. `remainder` has the sign of the left operand, as
/// std::fmod; `percent_of` is left * right / 100; 0 to the power of 0 is 1.
[[nodiscard]] arithmetic_result apply(operation kind, operands values);

/// n! for whole n from 0 to 170, the last whose value is a double.
[[nodiscard]] arithmetic_result factorial(double count);

struct arithmetic_function {
    std::string_view name;
    std::size_t arguments_min;
    std::size_t arguments_max;
    /// Takes between `arguments_min` and `arguments_max` finite values.
    arithmetic_result (*apply)(std::span<const double> arguments);
};

inline constexpr std::size_t function_arguments_unbounded = static_cast<std::size_t>(-1);

/// The function of that name in any letter case, or null. Angles are in radians; `log` is the
/// logarithm to base 10; `round` goes away from zero at a half; `mod` is the remainder of `%`.
[[nodiscard]] const arithmetic_function* find_function(std::string_view name);

/// The value of `pi`, `tau`, `e` (in any letter case), `π` or `τ`.
[[nodiscard]] std::optional<double> find_constant(std::string_view name);

}  // namespace clarion::agents::demo
