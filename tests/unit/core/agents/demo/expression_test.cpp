#include "core/agents/demo/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace clarion::agents::demo;
using kind = expression_error_kind;

namespace {

struct computed {
    std::string_view text;
    double value;
};

struct refused {
    std::string_view text;
    kind why;
    std::size_t offset;
    std::string_view message;
};

void check_value(const expression_result& result, double wanted) {
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        BOOST_TEST_ERROR(error->message);
    } else {
        BOOST_TEST(std::get<double>(result) == wanted);
    }
}

void check_error(const expression_result& result, const refused& wanted) {
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        BOOST_TEST((error->kind == wanted.why));
        BOOST_TEST(error->offset == wanted.offset);
        BOOST_TEST(error->message == wanted.message);
    } else {
        BOOST_TEST_ERROR("computed " << std::get<double>(result));
    }
}

void check_values(const std::vector<computed>& rows) {
    for (const computed& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            check_value(evaluate(row.text), row.value);
        }
    }
}

void check_errors(const std::vector<refused>& rows) {
    for (const refused& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            check_error(evaluate(row.text), row);
        }
    }
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

}  // namespace

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

BOOST_AUTO_TEST_CASE(what_has_no_finite_real_result_is_named_at_its_operator) {
    constexpr std::string_view zero = "division by zero";
    constexpr std::string_view real = "the result is not a real number";
    constexpr std::string_view large = "the result is too large";
    check_errors({
        {"1/0", kind::division_by_zero, 1, zero},
        {"0/0", kind::division_by_zero, 1, zero},
        {"2 + 1 / (3-3)", kind::division_by_zero, 6, zero},
        {"5%0", kind::division_by_zero, 1, zero},
        {"mod(5,0)", kind::division_by_zero, 0, zero},
        {"0^-1", kind::division_by_zero, 1, zero},
        {"1+pow(0,-2)", kind::division_by_zero, 2, zero},
        {"1/-0", kind::division_by_zero, 1, zero},
        {"sqrt(-1)", kind::not_real, 0, real},
        {"2*sqrt(-1)", kind::not_real, 2, real},
        {"(-8)^(1/3)", kind::not_real, 4, real},
        {"ln(0)", kind::not_real, 0, real},
        {"log(-1)", kind::not_real, 0, real},
        {"log2(0)", kind::not_real, 0, real},
        {"asin(2)", kind::not_real, 0, real},
        {"acos(-1.1)", kind::not_real, 0, real},
        {"1e308*10", kind::too_large, 5, large},
        {"10^400", kind::too_large, 2, large},
        {"exp(1000)", kind::too_large, 0, large},
        {"-1e308-1e308", kind::too_large, 6, large},
        {"1e999", kind::too_large, 0, "the number is too large"},
        {"1+0.1e9999999999999999999", kind::too_large, 2, "the number is too large"},
    });
}

BOOST_AUTO_TEST_CASE(a_malformed_expression_is_refused_where_it_goes_wrong) {
    constexpr std::string_view at_end = "expected a value at the end";
    check_errors({
        {"", kind::empty, 0, "the expression is empty"},
        {"  ", kind::empty, 2, "the expression is empty"},
        {"2+", kind::expected_value, 2, at_end},
        {"2+ ", kind::expected_value, 3, at_end},
        {"-", kind::expected_value, 1, at_end},
        {"(", kind::expected_value, 1, at_end},
        {"2^", kind::expected_value, 2, at_end},
        {"max(1,", kind::expected_value, 6, at_end},
        {"100%", kind::expected_value, 4, at_end},
        {"2+*3", kind::unexpected_text, 2, "unexpected '*' at character 3"},
        {"2 3", kind::unexpected_text, 2, "unexpected '3' at character 3"},
        {"(2)3", kind::unexpected_text, 3, "unexpected '3' at character 4"},
        {"1.2.3", kind::unexpected_text, 3, "unexpected '.3' at character 4"},
        {"5.", kind::unexpected_text, 1, "unexpected '.' at character 2"},
        {"()", kind::unexpected_text, 1, "unexpected ')' at character 2"},
        {"2*(3+4))", kind::unexpected_text, 7, "unexpected ')' at character 8"},
        {"(2+)1", kind::unexpected_text, 3, "unexpected ')' at character 4"},
        {"(1+2", kind::missing_parenthesis, 0, "missing ')' for the '(' at character 1"},
        {"2*(sqrt(4)", kind::missing_parenthesis, 2, "missing ')' for the '(' at character 3"},
        {"max(1", kind::missing_parenthesis, 3, "missing ')' for the '(' at character 4"},
        {"sqrt 4", kind::missing_parenthesis, 0, "expected '(' after 'sqrt'"},
        {"2 + sqrt", kind::missing_parenthesis, 4, "expected '(' after 'sqrt'"},
        {"20% - 5", kind::unexpected_text, 4, "unexpected '-' at character 5"},
        {"!", kind::unexpected_text, 0, "unexpected '!' at character 1"},
        {"2 of pi", kind::unknown_name, 2, "unknown name 'of'"},
        {"5 divided 2", kind::unknown_name, 2, "unknown name 'divided'"},
        {"1=1", kind::unexpected_text, 1, "unexpected '=' at character 2"},
        {"0x10", kind::unsupported_number, 0, "hexadecimal numbers are not supported: '0x10'"},
        {"1,2", kind::unexpected_text, 1, "unexpected ',' at character 2"},
        {"(1,2)", kind::unexpected_text, 2, "unexpected ',' at character 3"},
        {"max(1,,2)", kind::unexpected_text, 6, "unexpected ',' at character 7"},
        {"2 × × 3", kind::unexpected_text, 5, "unexpected '×' at character 5"},
    });
}

BOOST_AUTO_TEST_CASE(unknown_names_and_wrong_argument_counts_are_named) {
    check_errors({
        {"foo(3)", kind::unknown_function, 0, "unknown function 'foo'"},
        {"2*foo(", kind::unknown_function, 2, "unknown function 'foo'"},
        {"foo_2(1)", kind::unknown_function, 0, "unknown function 'foo_2'"},
        {"1+bar", kind::unknown_name, 2, "unknown name 'bar'"},
        {"10k", kind::unknown_name, 2, "unknown name 'k'"},
        {"sqrt()", kind::argument_count, 0, "'sqrt' takes 1 argument, not 0"},
        {"sqrt(1,2)", kind::argument_count, 0, "'sqrt' takes 1 argument, not 2"},
        {"1+atan2(1)", kind::argument_count, 2, "'atan2' takes 2 arguments, not 1"},
        {"pow(1,2,3)", kind::argument_count, 0, "'pow' takes 2 arguments, not 3"},
        {"max()", kind::argument_count, 0, "'max' takes at least 1 argument, not 0"},
        {"abcdefghijklmnopqrstuvwxyzabcdefghijk(1)",
         kind::unknown_function,
         0,
         "unknown function 'abcdefghijklmnopqrstuvwxyzabcdef…'"},
    });
}

BOOST_AUTO_TEST_CASE(a_sentence_is_valid_utf8_whatever_the_text_holds) {
    check_errors({
        {"$5", kind::unexpected_text, 0, "unexpected '$' at character 1"},
        {"π√2", kind::unexpected_text, 2, "unexpected '√' at character 2"},
        {"🙂", kind::unexpected_text, 0, "unexpected '🙂' at character 1"},
        {"1+\x07", kind::unexpected_text, 2, "unexpected byte 0x07 at character 3"},
        {"1+\x7f", kind::unexpected_text, 2, "unexpected byte 0x7f at character 3"},
        {"1+\xff", kind::unexpected_text, 2, "unexpected byte 0xff at character 3"},
        {"1+\xc0\x80", kind::unexpected_text, 2, "unexpected byte 0xc0 at character 3"},
        {"1+\xe2\x88", kind::unexpected_text, 2, "unexpected byte 0xe2 at character 3"},
        {"1+\xed\xa0\x80", kind::unexpected_text, 2, "unexpected byte 0xed at character 3"},
        {"1+\xf4\x90\x80\x80", kind::unexpected_text, 2, "unexpected byte 0xf4 at character 3"},
        {std::string_view("1\0+1", 4),
         kind::unexpected_text,
         1,
         "unexpected byte 0x00 at character 2"},
    });
}

BOOST_AUTO_TEST_CASE(two_hundred_levels_are_computed_and_one_more_is_refused) {
    const std::size_t levels = expression_depth_max;
    constexpr std::string_view deep = "the expression is nested deeper than 200 levels";
    const auto nested = [](std::string_view open, std::size_t times) {
        return repeated(open, times) + "1" + repeated(")", times);
    };
    for (const std::string_view open : {"(", "abs(", "(-", "2-("}) {
        BOOST_TEST_CONTEXT(open) {
            BOOST_TEST(std::holds_alternative<double>(evaluate(nested(open, levels))));
            const auto error = std::get<expression_error>(evaluate(nested(open, levels + 1)));
            BOOST_TEST((error.kind == kind::too_deep));
            BOOST_TEST(error.message == deep);
            BOOST_TEST(error.offset == open.size() * levels + open.find('('));
        }
    }
    BOOST_TEST(std::get<double>(evaluate("1" + repeated("^1", levels))) == 1);
    const auto tower = std::get<expression_error>(evaluate("1" + repeated("^1", levels + 1)));
    BOOST_TEST((tower.kind == kind::too_deep));
}

BOOST_AUTO_TEST_CASE(a_level_that_is_left_does_not_count_any_more) {
    BOOST_TEST(std::get<double>(evaluate("0" + repeated("+(1)", 1000))) == 1000);
    BOOST_TEST(std::get<double>(evaluate("0" + repeated("+abs(1)", 500))) == 500);
    BOOST_TEST(std::get<double>(evaluate("0" + repeated("+1^1", 1000))) == 1000);
}

BOOST_AUTO_TEST_CASE(a_text_over_4096_bytes_is_refused) {
    const std::string longest = "1" + repeated(" ", expression_bytes_max - 1);
    BOOST_TEST(std::get<double>(evaluate(longest)) == 1);
    const auto error = std::get<expression_error>(evaluate(longest + " "));
    BOOST_TEST((error.kind == kind::too_long));
    BOOST_TEST(error.offset == expression_bytes_max);
    BOOST_TEST(error.message == "the expression is longer than 4096 bytes");
}

BOOST_AUTO_TEST_CASE(long_rows_of_one_sign_are_neither_deep_nor_slow) {
    BOOST_TEST(std::get<double>(evaluate(repeated("-", 4000) + "1")) == 1);
    BOOST_TEST(std::get<double>(evaluate("1" + repeated("+1", 2000))) == 2001);
    BOOST_TEST(std::get<double>(evaluate("max(1" + repeated(",1", 2000) + ")")) == 1);
    BOOST_TEST(std::get<double>(evaluate("1" + repeated("(1)", 1300))) == 1);
    BOOST_TEST(std::get<double>(evaluate(repeated("9", 300) + "/" + repeated("9", 300))) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
