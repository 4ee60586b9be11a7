#include "core/agents/demo/expression_finder.hpp"

#include "core/agents/demo/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace clarion::agents::demo;

namespace {

struct row {
    std::string_view text;
    std::string_view expression;
};

void check_found(const std::vector<row>& rows) {
    for (const auto& [text, wanted] : rows) {
        BOOST_TEST_CONTEXT(text) {
            const auto found = find_expression(text);
            BOOST_TEST(found.value_or("(nothing)") == wanted);
        }
    }
}

void check_nothing(const std::vector<std::string_view>& texts) {
    for (const std::string_view text : texts) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(find_expression(text).value_or("(nothing)") == "(nothing)");
        }
    }
}

std::string error_in(std::string_view text) {
    const auto found = find_expression(text);
    if (!found) {
        return "(nothing)";
    }
    const expression_result result = evaluate(*found);
    const auto* const error = std::get_if<expression_error>(&result);
    return error == nullptr ? "(a value)" : error->message;
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_finder)

BOOST_AUTO_TEST_CASE(an_expression_is_found_in_a_sentence) {
    check_found({
        {"what is (17+3)*2.5?", "(17+3)*2.5"},
        {"How much is 12 / 4, please?", "12 / 4"},
        {"compute sqrt(2)^2 for me", "sqrt(2)^2"},
        {"what is 2 plus 3", "2 plus 3"},
        {"What's 15% of 200?", "15% of 200"},
        {"please tell me 12 divided by 4 and more", "12 divided by 4"},
        {"2+2", "2+2"},
        {"2+2=", "2+2"},
        {"2 + 2 = ?", "2 + 2"},
        {"2+2=4, right?", "2+2"},
        {"is 3*4 more than 10?", "3*4"},
        {"see (2+3) there", "(2+3)"},
        {"(see 2+2)", "2+2"},
        {"1) 2+2", "2+2"},
        {"\"2+2\"", "2+2"},
        {"`2+2`", "2+2"},
        {"“2+2”", "2+2"},
        {"Sum: 2+2. Thanks", "2+2"},
        {"2+2是多少？", "2+2"},
        {"请问2+2", "2+2"},
        {"2+2🙂", "2+2"},
        {"hello\nwhat is 2+2\nbye", "2+2"},
        {"compute:\n7/2", "7/2"},
        {"2 + 2 - thanks", "2 + 2"},
        {"2 + 2 – I think", "2 + 2"},
        {"**2+2**", "2+2"},
        {"so *2+2* it is", "2+2"},
        {"wow, 2+2!!", "2+2"},
        {"sin(pi) is what?", "sin(pi)"},
        {"the max(1, 2) of it", "max(1, 2)"},
        {"I have 1,000 * 3 of them", "1,000 * 3"},
        {"it is -3 + 5 degrees", "-3 + 5"},
        {"what is - 3 + 5", "- 3 + 5"},
        {"what is 3 × 4 ÷ 2", "3 × 4 ÷ 2"},
        {"what is 2^10", "2^10"},
        {"tell me e^2", "e^2"},
        {"what is 3 * e?", "3 * e"},
        {"so 2*e it is", "2*e"},
        {"3 x 4", "3 x 4"},
        {"what is 17 mod 5?", "17 mod 5"},
        {"take 10 – 5 * 2", "10 – 5 * 2"},
        {"first 2+2 then 3+3", "2+2"},
    });
}

BOOST_AUTO_TEST_CASE(prose_is_no_arithmetic) {
    check_nothing({
        "",
        "hello",
        "I have 3 apples",
        "I have 3 apples and 4 pears",
        "1, 2, 3",
        "-5",
        "it is -5 outside",
        "+49",
        "(5)",
        "100% sure",
        "I am 100% - really",
        "20% - 30% off",
        "well-known covid-19 F-16 UTF-8",
        "a 3-year-old",
        "C++",
        "C++17 and C++20",
        "and/or",
        "TCP/IP",
        "18+ only",
        "a 5* hotel",
        "3 times a day",
        "3 minus signs",
        "Happy 2026!",
        "I got 5!",
        "max speed 3 of round 2 (final)",
        "Raspberry Pi 4",
        "Option e - 3 votes",
        "e.g. 3",
        "i + 1 and x * y",
        "* 2 eggs\n* 3 apples",
        "- 3\n- 4",
        "a = b + 2*c",
        "8-)",
        ":-)",
        "^_^",
        "printf(3)",
        "#1 and #2",
        "$5 and $3",
    });
}

BOOST_AUTO_TEST_CASE(dates_times_versions_and_addresses_are_no_arithmetic) {
    check_nothing({
        "2026-11-21",
        "on 2026-11-21.",
        "what is 2026-11-21?",
        "(2026-11-21)",
        "2026/1/2",
        "21-11-2026",
        "what is 10/2/2026?",
        "what is 21-11-2026?",
        "21.11.2026",
        "2026-11-21T10:30:00Z",
        "2026-11-21 10:30",
        "at 10:30",
        "10:30-11:00",
        "version 1.2.3",
        "v1.2-3",
        "192.168.0.1/24",
        "mail me+3@example.com",
        "3-4@example.com",
        "https://example.com/a/1/2?b=3-1",
        "http://1.2.3.4:80/2+2",
        "example.com/2+2",
        "C:/2/3",
        "call 555-1234",
        "555-1234",
        "555 123-4567",
        "(555) 123-4567",
        "+1 (555) 123-4567",
        "1-800-555-0199",
        "+1-800-555-0199",
        "030-12",
        "ISBN 978-3-16-148410-0",
        "0x10+3",
    });
}

BOOST_AUTO_TEST_CASE(what_may_be_a_label_counts_only_when_it_is_asked_for) {
    check_nothing({
        "we work 24/7",
        "3-5 days",
        "I need 3-5 days",
        "pages 10 - 15",
        "pages 10–15",
        "a 2x4 plank",
        "at 1920x1080",
        "3/4 cup",
        "at the 7-11",
        "5 squared paper",
        "chapter 2(3)",
        "so foo(3)+2 it is",
        "step 1 2+2",
        "2 of 3 people",
    });
    check_found({
        {"24/7", "24/7"},
        {"12/4?", "12/4"},
        {"10-5", "10-5"},
        {"10.5-2.25", "10.5-2.25"},
        {"1,500-1,000", "1,500-1,000"},
        {"0.5-0.25", "0.5-0.25"},
        {"5 - 10", "5 - 10"},
        {"what is 24/7?", "24/7"},
        {"What’s 10-5?", "10-5"},
        {"calculate 1000-200", "1000-200"},
        {"1000-200 = ?", "1000-200"},
        {"compute 1920x1080", "1920x1080"},
        {"the value of 3/4 please", "3/4"},
        {"5!", "5!"},
        {"what is 5!", "5!"},
        {"what is 5 squared?", "5 squared"},
        {"what is 2pi", "2pi"},
        {"2(3)", "2(3)"},
        {"what is 1/3 of 90?", "1/3 of 90"},
        {"take 20 - 5 of them", "20 - 5"},
        {"2000/50/5", "2000/50/5"},
        {"- 3 + 4", "- 3 + 4"},
        {"one\n- 3 + 4", "3 + 4"},
    });
}

BOOST_AUTO_TEST_CASE(a_malformed_expression_is_found_so_that_its_error_can_be_named) {
    const std::vector<row> rows{
        {"1/0", "division by zero"},
        {"what is 1/0?", "division by zero"},
        {"what is 2+?", "expected a value at the end"},
        {"2+?", "expected a value at the end"},
        {"2 * 3 +", "expected a value at the end"},
        {"calculate 3 + * 4", "unexpected '*' at character 5"},
        {"3 + * 4 now", "unexpected '*' at character 5"},
        {"what is *3+4", "unexpected '*' at character 1"},
        {"what is (2+3", "missing ')' for the '(' at character 1"},
        {"what is (2+3))*4", "unexpected ')' at character 6"},
        {"what is foo(3)+2", "unknown function 'foo'"},
        {"what is sum(2,3)?", "unknown function 'sum'"},
        {"what is 2 + 3 * y?", "unknown name 'y'"},
        {"what is 5 * 2 - y?", "unknown name 'y'"},
        {"what is 2 * apples then", "unknown name 'apples'"},
        {"what is 10 000 * 3", "unexpected '000' at character 4"},
        {"what is 20% - 5", "unexpected '-' at character 5"},
        {"sqrt(-1)", "the result is not a real number"},
    };
    for (const auto& [text, message] : rows) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(error_in(text) == message);
        }
    }
}

BOOST_AUTO_TEST_CASE(half_of_an_expression_is_never_computed) {
    check_nothing({
        "what is y + 2*3",      "so 5 * 2 - y it is",
        "5 * 2 minus apples",   "what is 2 + sqrt (apples)",
        "what is 2 + 3kg",      "2 + 2 * apples",
        "2 * 3 + (apples)",     "5² + 3 * 2",
        "√16 * 2 + 3",          "½ + 2*3",
        "$5 + $3 * 2",          "3,5+2",
        "[2+3]*4 + 1*2",        "max(3, b) + 4 * 2",
        "10 km + 5 * 2",        "apples * 3 + 4",
        "10:30 + 2*3",          "2+2:x",
        "(2+3 apples) * 4 + 1", "sqrt(2*3 apples) * 4",
    });
}

BOOST_AUTO_TEST_CASE(the_expression_is_a_view_into_the_text) {
    const std::string text = "what is 2+2?";
    const auto found = find_expression(text);
    BOOST_TEST((found && found->data() == text.data() + 8));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_prose) {
    check_nothing({"\xff", "2\xff+3", "\xe2\x88", std::string_view("2\0+3", 4)});
    check_found({{"\xff 2+3 \xc3", "2+3"}});
}

// Quadratic work would take minutes here.
BOOST_AUTO_TEST_CASE(a_quarter_mebibyte_of_anything_is_searched_in_one_pass) {
    constexpr std::size_t size = std::size_t{1} << 18U;
    for (const std::string_view piece :
         {"(",      ")",      "1 ",          "-",         "1-",      "1 x ",
          "foo ",   "1 foo ", "2*foo ",      "1 to the ", "max(1, ", "1 divided ",
          "% ",     "2%  ",   "1,000",       ",",         "!",       "1!",
          "e",      "pi ",    "\n1",         "?",         "1 % of ", "            ",
          "\u00a0", "1:",     "2026-11-21 ", "a(",        "x",       "1 x",
          "=",      "1= "}) {
        BOOST_TEST_CONTEXT(piece) {
            const std::string text = repeated(piece, size / piece.size());
            BOOST_TEST(find_expression(text + "\nwhat is 2+2").has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
