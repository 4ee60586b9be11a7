#include "core/agents/demo/number_format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

namespace clarion::agents::demo {
namespace {

struct decimal {
    /// Significant digits without trailing zeros; the point stands behind the first.
    std::string digits;
    int exponent = 0;
};

// `value` is positive and finite.
decimal rounded(double value, int digits_max) {
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(
        buffer.data(),
        buffer.data() + buffer.size(),
        value,
        std::chars_format::scientific,
        digits_max - 1
    );
    const std::string_view text(buffer.data(), written.ptr);
    const std::size_t mark = text.find('e');
    decimal result;
    result.digits = text.substr(0, 1);
    result.digits += text.substr(2, mark - 2);
    result.digits.erase(result.digits.find_last_not_of('0') + 1);
    const std::size_t sign_bytes = text[mark + 1] == '+' ? 1 : 0;
    const std::string_view exponent = text.substr(mark + 1 + sign_bytes);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.exponent);
    return result;
}

double value_of(const decimal& number) {
    const std::string text = number.digits.substr(0, 1) + "." + number.digits.substr(1) + "0e" +
                             std::to_string(number.exponent);
    // Twelve digits of the largest doubles may round up to what is none: no candidate then.
    double value = std::numeric_limits<double>::infinity();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} ? value : std::numeric_limits<double>::infinity();
}

decimal without_noise(double value) {
    constexpr int digits_coarse = 12;
    constexpr int digits_fine = 15;
    const double noise = 4 * std::numeric_limits<double>::epsilon() * value;
    decimal coarse = rounded(value, digits_coarse);
    if (std::abs(value_of(coarse) - value) <= noise) {
        return coarse;
    }
    return rounded(value, digits_fine);
}

std::string plain(const decimal& number) {
    if (number.exponent < 0) {
        const auto zeros = static_cast<std::size_t>(-number.exponent - 1);
        return "0." + std::string(zeros, '0') + number.digits;
    }
    const std::size_t whole = static_cast<std::size_t>(number.exponent) + 1;
    if (number.digits.size() <= whole) {
        return number.digits + std::string(whole - number.digits.size(), '0');
    }
    return number.digits.substr(0, whole) + "." + number.digits.substr(whole);
}

std::string with_exponent(const decimal& number) {
    std::string text = number.digits.substr(0, 1);
    if (number.digits.size() > 1) {
        text += "." + number.digits.substr(1);
    }
    text += number.exponent < 0 ? "e" : "e+";
    return text + std::to_string(number.exponent);
}

bool reads_plainly(const decimal& number, double value) {
    constexpr int exponent_plain_min = -6;
    constexpr double plain_max = 1e15;
    return number.exponent >= exponent_plain_min && value <= plain_max;
}

}  // namespace

std::string format_number(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-inf" : "inf";
    }
    if (value == 0) {
        return "0";
    }
    const double magnitude = std::abs(value);
    const decimal number = without_noise(magnitude);
    const std::string text =
        reads_plainly(number, magnitude) ? plain(number) : with_exponent(number);
    return value < 0 ? "-" + text : text;
}

}  // namespace clarion::agents::demo
