#include "tests/unit/core/agents/demo/expression_rows.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::agents::demo::test {

namespace {

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_refusals)

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

}  // namespace clarion::agents::demo::test
