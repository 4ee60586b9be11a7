#include "tests/unit/core/agents/demo/expression_rows.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::agents::demo::test {

BOOST_AUTO_TEST_SUITE(expression)

BOOST_AUTO_TEST_CASE(operators_bind_by_precedence) {
    check_values({
        {"(17+3)*2.5", 50},
        {"1+2*3", 7},
        {"(1+2)*3", 9},
        {"10-4/2", 8},
        {"2*3%4", 2},
        {"1+7%4", 4},
        {"2*3^2", 18},
        {"(2*3)^2", 36},
        {"-2^2", -4},
        {"(-2)^2", 4},
        {"2^-1", 0.5},
        {"-2*-3", 6},
        {"2^3!", 64},
        {"-3!", -6},
        {"2+3 squared", 11},
        {"-2 squared", -4},
        {"10 + 15% of 200", 40},
    });
}

BOOST_AUTO_TEST_CASE(operators_of_one_level_go_from_left_to_right_and_powers_from_right_to_left) {
    check_values({
        {"10-4-3", 3},
        {"100/10/5", 2},
        {"100/10*5", 50},
        {"17%10%4", 3},
        {"1-2+3", 2},
        {"2^3^2", 512},
        {"(2^3)^2", 64},
        {"2**3**2", 512},
        {"2^-3^0", 0.5},
        {"6/2(1+2)", 9},
    });
}

BOOST_AUTO_TEST_CASE(signs_may_stand_in_a_row) {
    check_values({
        {"-5", -5},
        {"+5", 5},
        {"--5", 5},
        {"- - -5", -5},
        {"3--4", 7},
        {"3 - -4", 7},
        {"3+-4", -1},
        {"2*-+3", -6},
        {"2--2^2", 6},
    });
}

BOOST_AUTO_TEST_CASE(a_remainder_has_the_sign_of_its_left_side) {
    check_values({
        {"7%3", 1},
        {"-7%3", -1},
        {"7%-3", 1},
        {"7 % -3", 1},
        {"5.5%2", 1.5},
        {"mod(-7,3)", -1},
        {"17 mod 5", 2},
        {"17 modulo 5", 2},
    });
}

BOOST_AUTO_TEST_CASE(numbers_are_read_in_every_form) {
    check_values({
        {"0", 0},
        {"007", 7},
        {".5", 0.5},
        {"1e-3", 0.001},
        {"2E3", 2000},
        {"1.5e+2", 150},
        {"2e-3", 0.002},
        {"0.1", 0.1},
        {"123456789.125", 123456789.125},
        {"1e308", 1e308},
        {"1e-999", 0},
        {"0.000001e-400", 0},
        {"0e99999999999999999999", 0},
        {"1e-99999999999999999999", 0},
        {" 1 \t\n+\r\n 1 ", 2},
        {"1\u00a0+\u00a01", 2},
    });
}

BOOST_AUTO_TEST_CASE(a_comma_groups_thousands_except_in_the_arguments_of_a_function) {
    check_values({
        {"1,000", 1000},
        {"1,000,000.5", 1000000.5},
        {"12,345+1", 12346},
        {"(1,000)", 1000},
        {"pi(1,000)", std::numbers::pi * 1000},
        {"max(1,000)", 1},
        {"max(1,200)", 200},
        {"max(1,200)+1,200", 1400},
        {"min(max(1,200),1,500)", 1},
        {"max((1),2,(3))", 3},
    });
    check_errors({
        {"1,00", kind::unexpected_text, 1, "unexpected ',' at character 2"},
        {"1,0000", kind::unexpected_text, 1, "unexpected ',' at character 2"},
        {"1234,567", kind::unexpected_text, 4, "unexpected ',' at character 5"},
        {"0,123", kind::unexpected_text, 1, "unexpected ',' at character 2"},
        {"1, 000", kind::unexpected_text, 1, "unexpected ',' at character 2"},
        {"1,000,00", kind::unexpected_text, 5, "unexpected ',' at character 6"},
        {"max((1,000),2)", kind::unexpected_text, 6, "unexpected ',' at character 7"},
    });
}

BOOST_AUTO_TEST_CASE(a_value_in_front_of_a_parenthesis_or_a_name_multiplies_it) {
    check_values({
        {"2(3+4)", 14},
        {"2 (3+4)", 14},
        {"(1+2)(3+4)", 21},
        {"2pi", 2 * std::numbers::pi},
        {"2 pi", 2 * std::numbers::pi},
        {"(2)pi", 2 * std::numbers::pi},
        {"1/2pi", 0.5 * std::numbers::pi},
        {"2sqrt(16)", 8},
        {"3!(2)", 12},
        {"2(3)^2", 18},
        {"-2(3)", -6},
        {"2e", 2 * std::numbers::e},
        {"2e(3)", 2 * std::numbers::e * 3},
        {"2exp(0)", 2},
        {"pi e", std::numbers::pi * std::numbers::e},
    });
}

BOOST_AUTO_TEST_CASE(other_spellings_of_operators_are_understood) {
    check_values({
        {"3 × 4", 12},
        {"12÷4", 3},
        {"5 − 2", 3},
        {"5 – 2", 3},
        {"3·4", 12},
        {"3 ⋅ 4", 12},
        {"2π", 2 * std::numbers::pi},
        {"τ/2", std::numbers::pi},
        {"3 x 4", 12},
        {"3x4", 12},
        {"3 X 4", 12},
        {"3x.5", 1.5},
        {"3 x -4", -12},
        {"2x(3)", 6},
        {"2 x sqrt(9)", 6},
        {"2 x π", 2 * std::numbers::pi},
        {"0 x 5", 0},
        {"2 plus 3 TIMES 4", 14},
        {"5 minus 2", 3},
        {"2plus3", 5},
        {"6 multiplied  by 7", 42},
        {"12 divided by 4", 3},
        {"2 to the power of 10", 1024},
        {"15% of 200", 30},
        {"15 % of 200", 30},
        {"15 percent of 200", 30},
        {"1/3 of 90", 30},
        {"3 of (2+3)", 15},
        {"5 squared", 25},
        {"2 cubed squared", 64},
    });
}

BOOST_AUTO_TEST_CASE(the_letter_x_of_algebra_is_a_name) {
    check_errors({
        {"2x", kind::unknown_name, 1, "unknown name 'x'"},
        {"2x + 1", kind::unknown_name, 1, "unknown name 'x'"},
        {"2x -4", kind::unknown_name, 1, "unknown name 'x'"},
        {"2 x - 4", kind::unknown_name, 2, "unknown name 'x'"},
        {"x", kind::unknown_name, 0, "unknown name 'x'"},
        {"x 4", kind::unknown_name, 0, "unknown name 'x'"},
        {"plus", kind::unknown_name, 0, "unknown name 'plus'"},
    });
}

BOOST_AUTO_TEST_CASE(functions_and_constants_have_their_values) {
    check_values({
        {"sqrt(16)", 4},
        {"SQRT(16)", 4},
        {"sqrt (16)", 4},
        {"cbrt(-8)", -2},
        {"abs(-5)", 5},
        {"floor(-1.5)", -2},
        {"ceil(-1.5)", -1},
        {"round(2.5)", 3},
        {"round(-2.5)", -3},
        {"trunc(-1.5)", -1},
        {"exp(0)", 1},
        {"ln(e)", 1},
        {"log(1000)", 3},
        {"log10(0.01)", -2},
        {"log2(8)", 3},
        {"sin(0)", 0},
        {"cos(0)", 1},
        {"tan(0)", 0},
        {"asin(1)", std::asin(1)},
        {"acos(1)", 0},
        {"atan(1)", std::atan(1)},
        {"atan2(1,-1)", std::atan2(1, -1)},
        {"min(3)", 3},
        {"min(3,1,2)", 1},
        {"max(3,1,2)", 3},
        {"pow(2,10)", 1024},
        {"hypot(3,4)", 5},
        {"sign(-3)", -1},
        {"sign(0)", 0},
        {"sign(2)", 1},
        {"pi", std::numbers::pi},
        {"PI", std::numbers::pi},
        {"tau", 2 * std::numbers::pi},
        {"e", std::numbers::e},
        {"0^0", 1},
        {"sqrt(2)^2", 2.0000000000000004},
    });
}

BOOST_AUTO_TEST_CASE(a_multiple_of_pi_gives_no_binary_noise) {
    check_values({
        {"sin(pi)", 0},
        {"sin(100pi)", 0},
        {"cos(pi/2)", 0},
        {"tan(pi)", 0},
        {"sin(1e-20)", 1e-20},
        {"sin(1e16)", std::sin(1e16)},
        {"cos(1.57)", std::cos(1.57)},
    });
    check_errors({{"tan(pi/2)", kind::not_real, 0, "the result is not a real number"}});
}

BOOST_AUTO_TEST_CASE(factorials_go_from_0_to_170) {
    check_values({
        {"0!", 1},
        {"1!", 1},
        {"5!", 120},
        {"22!", 1124000727777607680000.0},
        {"170!", 7.257415615307999e306},
        {"(3!)!", 720},
    });
    constexpr std::string_view whole = "a factorial needs a whole number from 0 to 170";
    check_errors({
        {"171!", kind::too_large, 3, "the result is too large"},
        {"1e300!", kind::too_large, 5, "the result is too large"},
        {"2.5!", kind::not_countable, 3, whole},
        {"(-1)!", kind::not_countable, 4, whole},
        {"3!!", kind::unexpected_text, 2, "unexpected '!' at character 3"},
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::demo::test
