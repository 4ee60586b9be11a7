#include "core/agents/demo/expression.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/expression_message.hpp"
#include "core/agents/demo/expression_token.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::agents::demo {
namespace {

using kind = expression_error_kind;

struct product_operator {
    token_kind token;
    operation does;
};

constexpr std::array product_operators{
    product_operator{token_kind::times, operation::multiply},
    product_operator{token_kind::divide, operation::divide},
    product_operator{token_kind::remainder, operation::remainder},
    product_operator{token_kind::percent_of, operation::percent_of},
};

// Recursive descent that computes as it reads: one function for each level of precedence. An
// empty value means that error_ is set and that everything on the way up stops.
class expression_parser {
public:
    explicit expression_parser(std::string_view text)
        : text_(text), lexer_(text), current_(lexer_.next()) {}

    [[nodiscard]] expression_result run();

private:
    using value = std::optional<double>;

    [[nodiscard]] value sum();
    [[nodiscard]] value product();
    [[nodiscard]] value next_factor(double left);
    [[nodiscard]] value signed_factor();
    [[nodiscard]] value power();
    [[nodiscard]] value postfix();
    [[nodiscard]] value primary();
    [[nodiscard]] value group();
    [[nodiscard]] value named();
    [[nodiscard]] value call(const token& name);
    [[nodiscard]] std::optional<std::vector<double>> arguments();
    [[nodiscard]] std::optional<token> closed(const token& opened);

    token take() { return std::exchange(current_, lexer_.next()); }
    [[nodiscard]] bool at(token_kind wanted) const { return current_.kind == wanted; }
    [[nodiscard]] bool at_sign() const { return is_sign(current_.kind); }
    [[nodiscard]] std::string place(const token& read) const {
        return at_character(text_, read.begin);
    }

    std::nullopt_t fail(kind why, std::string message, const token& where);
    std::nullopt_t refuse_current();
    [[nodiscard]] value checked(const arithmetic_result& result, const token& where);
    [[nodiscard]] bool deeper(const token& where);

    std::string_view text_;
    expression_lexer lexer_;
    token current_;
    int depth_ = 0;
    expression_error error_;
};

std::nullopt_t expression_parser::fail(kind why, std::string message, const token& where) {
    error_ = {.kind = why, .message = std::move(message), .offset = where.begin};
    return std::nullopt;
}

std::nullopt_t expression_parser::refuse_current() {
    switch (current_.kind) {
        case token_kind::end:
            return fail(kind::expected_value, "expected a value at the end", current_);
        case token_kind::hexadecimal:
            return fail(
                kind::unsupported_number,
                "hexadecimal numbers are not supported: " + quoted(text_of(text_, current_)),
                current_
            );
        case token_kind::unknown:
            return fail(
                kind::unexpected_text,
                "unexpected " + quoted_character(text_of(text_, current_)) + place(current_),
                current_
            );
        default:
            return fail(
                kind::unexpected_text,
                "unexpected " + quoted(text_of(text_, current_)) + place(current_),
                current_
            );
    }
}

expression_parser::value
expression_parser::checked(const arithmetic_result& result, const token& where) {
    if (const auto* const fault = std::get_if<arithmetic_fault>(&result)) {
        return fail(kind_of(*fault), sentence_of(*fault), where);
    }
    return std::get<double>(result);
}

// Each level that is left again is counted back by hand: an error ends the whole parse.
bool expression_parser::deeper(const token& where) {
    if (depth_ == expression_depth_max) {
        fail(
            kind::too_deep,
            "the expression is nested deeper than " + std::to_string(expression_depth_max) +
                " levels",
            where
        );
        return false;
    }
    ++depth_;
    return true;
}

expression_result expression_parser::run() {
    if (at(token_kind::end)) {
        fail(kind::empty, "the expression is empty", current_);
        return error_;
    }
    const value result = sum();
    if (!result) {
        return error_;
    }
    if (!at(token_kind::end)) {
        refuse_current();
        return error_;
    }
    return *result;
}

expression_parser::value expression_parser::sum() {
    value left = product();
    while (left && at_sign()) {
        const token sign = take();
        const value right = product();
        if (!right) {
            return right;
        }
        const bool adds = sign.kind == token_kind::plus;
        left = checked(
            apply(adds ? operation::add : operation::subtract, {.left = *left, .right = *right}),
            sign
        );
    }
    return left;
}

expression_parser::value expression_parser::product() {
    value left = signed_factor();
    while (left) {
        const bool unsigned_product = at(token_kind::open) || at(token_kind::name);
        const bool written = std::ranges::any_of(product_operators, [this](const auto& known) {
            return at(known.token);
        });
        if (!unsigned_product && !written) {
            break;
        }
        left = next_factor(*left);
    }
    return left;
}

expression_parser::value expression_parser::next_factor(double left) {
    const auto* const known =
        std::ranges::find(product_operators, current_.kind, &product_operator::token);
    if (known == product_operators.end()) {
        const token where = current_;
        const value right = power();
        return right ? checked(apply(operation::multiply, {.left = left, .right = *right}), where)
                     : right;
    }
    const token sign = take();
    // `20% - 5` means a percentage, which this grammar does not have: not 20 modulo -5.
    if (known->does == operation::remainder && at_sign() &&
        past_blanks(text_, current_.end) != current_.end) {
        return refuse_current();
    }
    const value right = signed_factor();
    return right ? checked(apply(known->does, {.left = left, .right = *right}), sign) : right;
}

expression_parser::value expression_parser::signed_factor() {
    bool negative = false;
    while (at_sign()) {
        negative = negative != (take().kind == token_kind::minus);
    }
    const value magnitude = power();
    return magnitude && negative ? value(-*magnitude) : magnitude;
}

expression_parser::value expression_parser::power() {
    const value base = postfix();
    if (!base || !at(token_kind::power)) {
        return base;
    }
    const token sign = take();
    if (!deeper(sign)) {
        return std::nullopt;
    }
    const value exponent = signed_factor();
    --depth_;
    return exponent ? checked(apply(operation::power, {.left = *base, .right = *exponent}), sign)
                    : exponent;
}

expression_parser::value expression_parser::postfix() {
    value result = primary();
    bool after_factorial = false;
    while (result) {
        if (at(token_kind::factorial)) {
            if (after_factorial) {
                return refuse_current();
            }
            const token mark = take();
            result = checked(factorial(*result), mark);
            after_factorial = true;
        } else if (at(token_kind::squared) || at(token_kind::cubed)) {
            const token mark = take();
            const double exponent = mark.kind == token_kind::squared ? 2 : 3;
            result = checked(apply(operation::power, {.left = *result, .right = exponent}), mark);
            after_factorial = false;
        } else {
            break;
        }
    }
    return result;
}

expression_parser::value expression_parser::primary() {
    switch (current_.kind) {
        case token_kind::number: {
            const token number = take();
            if (std::isinf(number.value)) {
                return fail(kind::too_large, "the number is too large", number);
            }
            return number.value;
        }
        case token_kind::open:
            return group();
        case token_kind::name:
            return named();
        default:
            return refuse_current();
    }
}

expression_parser::value expression_parser::group() {
    const token opened = take();
    if (!deeper(opened)) {
        return std::nullopt;
    }
    const value inner = sum();
    if (!inner || !closed(opened)) {
        return std::nullopt;
    }
    return inner;
}

// Takes the parenthesis that closes `opened`, and leaves its level.
std::optional<token> expression_parser::closed(const token& opened) {
    if (at(token_kind::end)) {
        return fail(kind::missing_parenthesis, "missing ')' for the '('" + place(opened), opened);
    }
    if (!at(token_kind::close)) {
        return refuse_current();
    }
    --depth_;
    return take();
}

expression_parser::value expression_parser::named() {
    const token name = take();
    const std::string_view text = text_of(text_, name);
    if (const value constant = find_constant(text)) {
        return constant;
    }
    if (at(token_kind::open)) {
        return call(name);
    }
    if (find_function(text) != nullptr) {
        return fail(kind::missing_parenthesis, "expected '(' after " + quoted(text), name);
    }
    return fail(kind::unknown_name, "unknown name " + quoted(text), name);
}

expression_parser::value expression_parser::call(const token& name) {
    const std::string_view text = text_of(text_, name);
    const arithmetic_function* const function = find_function(text);
    if (function == nullptr) {
        return fail(kind::unknown_function, "unknown function " + quoted(text), name);
    }
    const auto given = arguments();
    if (!given) {
        return std::nullopt;
    }
    if (given->size() < function->arguments_min || given->size() > function->arguments_max) {
        return fail(
            kind::argument_count,
            quoted(text) + " takes " + arguments_wanted(*function) + ", not " +
                std::to_string(given->size()),
            name
        );
    }
    return checked(function->apply(*given), name);
}

std::optional<std::vector<double>> expression_parser::arguments() {
    const token opened = take();
    if (!deeper(opened)) {
        return std::nullopt;
    }
    std::vector<double> given;
    if (!at(token_kind::close)) {
        do {
            if (!given.empty()) {
                take();
            }
            const value argument = sum();
            if (!argument) {
                return std::nullopt;
            }
            given.push_back(*argument);
        } while (at(token_kind::comma));
    }
    if (!closed(opened)) {
        return std::nullopt;
    }
    return given;
}

}  // namespace

expression_result evaluate(std::string_view text) {
    if (text.size() > expression_bytes_max) {
        return expression_error{
            .kind = kind::too_long,
            .message =
                "the expression is longer than " + std::to_string(expression_bytes_max) + " bytes",
            .offset = expression_bytes_max
        };
    }
    return expression_parser(text).run();
}

}  // namespace clarion::agents::demo
