#include "core/agents/demo/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <string_view>

namespace clarion::agents::demo {
namespace {

constexpr std::size_t factorial_argument_max = 170;

// Multiplied out in long double, so that each entry is rounded to a double once.
constexpr std::array<double, factorial_argument_max + 1> make_factorials() {
    std::array<double, factorial_argument_max + 1> table{};
    long double product = 1;
    table[0] = 1;
    for (std::size_t count = 1; count < table.size(); ++count) {
        product *= static_cast<long double>(count);
        table[count] = static_cast<double>(product);
    }
    return table;
}

constexpr auto factorials = make_factorials();

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

arithmetic_result checked(double value) {
    if (std::isnan(value)) {
        return arithmetic_fault::not_real;
    }
    if (std::isinf(value)) {
        return arithmetic_fault::too_large;
    }
    return value;
}

// A double near a multiple of pi misses it by up to its own rounding error, so sin(pi) comes out
// as 1.2e-16: a result below that error says nothing but zero. The cap keeps sin(1e16), whose
// argument is exact, from counting as noise.
double without_noise(double result, double angle) {
    constexpr double angle_max = 1000;
    const double noise =
        std::numeric_limits<double>::epsilon() * std::min(std::abs(angle), angle_max);
    return std::abs(result) <= noise ? 0.0 : result;
}

double sine(double angle) {
    return without_noise(std::sin(angle), angle);
}
double cosine(double angle) {
    return without_noise(std::cos(angle), angle);
}
double tangent(double angle) {
    return cosine(angle) == 0 ? undefined : without_noise(std::tan(angle), angle);
}

double sign(double value) {
    return static_cast<double>((value > 0) - (value < 0));
}

// The logarithm of zero is minus infinity, which would read as "too large".
template <double (*Logarithm)(double)>
double logarithm(double value) {
    return value == 0 ? undefined : Logarithm(value);
}

template <double (*Function)(double)>
arithmetic_result of_one(std::span<const double> arguments) {
    return checked(Function(arguments[0]));
}

template <double (*Function)(double, double)>
arithmetic_result of_two(std::span<const double> arguments) {
    return checked(Function(arguments[0], arguments[1]));
}

template <operation Kind>
arithmetic_result as_operation(std::span<const double> arguments) {
    return apply(Kind, {arguments[0], arguments[1]});
}

arithmetic_result smallest(std::span<const double> arguments) {
    return std::ranges::min(arguments);
}

arithmetic_result largest(std::span<const double> arguments) {
    return std::ranges::max(arguments);
}

constexpr std::array functions{
    arithmetic_function{"sqrt", 1, 1, of_one<std::sqrt>},
    arithmetic_function{"cbrt", 1, 1, of_one<std::cbrt>},
    arithmetic_function{"abs", 1, 1, of_one<std::fabs>},
    arithmetic_function{"floor", 1, 1, of_one<std::floor>},
    arithmetic_function{"ceil", 1, 1, of_one<std::ceil>},
    arithmetic_function{"round", 1, 1, of_one<std::round>},
    arithmetic_function{"trunc", 1, 1, of_one<std::trunc>},
    arithmetic_function{"exp", 1, 1, of_one<std::exp>},
    arithmetic_function{"ln", 1, 1, of_one<logarithm<std::log>>},
    arithmetic_function{"log", 1, 1, of_one<logarithm<std::log10>>},
    arithmetic_function{"log10", 1, 1, of_one<logarithm<std::log10>>},
    arithmetic_function{"log2", 1, 1, of_one<logarithm<std::log2>>},
    arithmetic_function{"sin", 1, 1, of_one<sine>},
    arithmetic_function{"cos", 1, 1, of_one<cosine>},
    arithmetic_function{"tan", 1, 1, of_one<tangent>},
    arithmetic_function{"asin", 1, 1, of_one<std::asin>},
    arithmetic_function{"acos", 1, 1, of_one<std::acos>},
    arithmetic_function{"atan", 1, 1, of_one<std::atan>},
    arithmetic_function{"atan2", 2, 2, of_two<std::atan2>},
    arithmetic_function{"hypot", 2, 2, of_two<std::hypot>},
    arithmetic_function{"pow", 2, 2, as_operation<operation::power>},
    arithmetic_function{"mod", 2, 2, as_operation<operation::remainder>},
    arithmetic_function{"sign", 1, 1, of_one<sign>},
    arithmetic_function{"min", 1, function_arguments_unbounded, smallest},
    arithmetic_function{"max", 1, function_arguments_unbounded, largest},
};

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view known, std::string_view given) {
    return std::ranges::equal(known, given, {}, {}, lower);
}

arithmetic_result divide(operands values) {
    if (values.right == 0) {
        return arithmetic_fault::division_by_zero;
    }
    return checked(values.left / values.right);
}

arithmetic_result remainder(operands values) {
    if (values.right == 0) {
        return arithmetic_fault::division_by_zero;
    }
    return checked(std::fmod(values.left, values.right));
}

arithmetic_result power(operands values) {
    if (values.left == 0 && values.right < 0) {
        return arithmetic_fault::division_by_zero;
    }
    return checked(std::pow(values.left, values.right));
}

}  // namespace

arithmetic_result apply(operation kind, operands values) {
    switch (kind) {
        case operation::add:
            return checked(values.left + values.right);
        case operation::subtract:
            return checked(values.left - values.right);
        case operation::multiply:
            return checked(values.left * values.right);
        case operation::divide:
            return divide(values);
        case operation::remainder:
            return remainder(values);
        case operation::percent_of:
            return checked(values.left * values.right / 100);
        case operation::power:
            return power(values);
    }
    return arithmetic_fault::not_real;
}

arithmetic_result factorial(double count) {
    if (count < 0 || count != std::trunc(count)) {
        return arithmetic_fault::not_countable;
    }
    if (count > static_cast<double>(factorial_argument_max)) {
        return arithmetic_fault::too_large;
    }
    return factorials.at(static_cast<std::size_t>(count));
}

const arithmetic_function* find_function(std::string_view name) {
    const auto* const found = std::ranges::find_if(functions, [name](const auto& function) {
        return same_name(function.name, name);
    });
    return found == functions.end() ? nullptr : found;
}

std::optional<double> find_constant(std::string_view name) {
    if (same_name("pi", name) || name == "π") {
        return std::numbers::pi;
    }
    if (same_name("tau", name) || name == "τ") {
        return 2 * std::numbers::pi;
    }
    if (same_name("e", name)) {
        return std::numbers::e;
    }
    return std::nullopt;
}

}  // namespace clarion::agents::demo
