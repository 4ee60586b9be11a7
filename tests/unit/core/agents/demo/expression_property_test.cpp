#include "core/agents/demo/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace clarion::agents::demo;

namespace {

enum class form : std::uint8_t {
    number,
    sum,
    difference,
    product,
    quotient,
    remainder,
    power,
    negative,
    factorial,
    root,
    largest
};

struct node {
    form is = form::number;
    double number = 0;
    std::vector<std::unique_ptr<node>> parts;
};

// How tightly a form binds: the levels of the grammar.
int level(form is) {
    switch (is) {
        case form::sum:
        case form::difference:
            return 1;
        case form::product:
        case form::quotient:
        case form::remainder:
            return 2;
        case form::negative:
            return 3;
        case form::power:
            return 4;
        case form::factorial:
            return 5;
        default:
            return 6;
    }
}

using value = std::optional<double>;

value finite(double number) {
    return std::isfinite(number) ? value(number) : std::nullopt;
}

value direct(const node& tree);

value direct_factorial(double count) {
    if (count < 0 || count != std::floor(count) || count > 170) {
        return std::nullopt;
    }
    long double product = 1;
    for (int factor = 2; factor <= static_cast<int>(count); ++factor) {
        product *= static_cast<long double>(factor);
    }
    return static_cast<double>(product);
}

value direct_binary(form is, double left, double right) {
    switch (is) {
        case form::sum:
            return finite(left + right);
        case form::difference:
            return finite(left - right);
        case form::product:
            return finite(left * right);
        case form::quotient:
            return right == 0 ? std::nullopt : finite(left / right);
        case form::remainder:
            return right == 0 ? std::nullopt : finite(std::fmod(left, right));
        case form::power:
            return finite(std::pow(left, right));
        default:
            return std::max(left, right);
    }
}

// The tree computed without the code under test; nothing where any step has no finite result.
value direct(const node& tree) {
    if (tree.is == form::number) {
        return tree.number;
    }
    const value left = direct(*tree.parts[0]);
    const value right = tree.parts.size() > 1 ? direct(*tree.parts[1]) : value(0);
    if (!left || !right) {
        return std::nullopt;
    }
    switch (tree.is) {
        case form::negative:
            return -*left;
        case form::factorial:
            return direct_factorial(*left);
        case form::root:
            return finite(std::sqrt(*left));
        default:
            return direct_binary(tree.is, *left, *right);
    }
}

class tree_source {
public:
    explicit tree_source(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    std::unique_ptr<node> tree(int depth) {
        auto drawn = std::make_unique<node>();
        drawn->is = depth == 0 ? form::number : static_cast<form>(below(11));
        if (drawn->is == form::number) {
            drawn->number = static_cast<double>(below(2000)) / (below(2) == 0 ? 1 : 8);
            return drawn;
        }
        const bool single =
            drawn->is == form::negative || drawn->is == form::factorial || drawn->is == form::root;
        for (int part = 0; part < (single ? 1 : 2); ++part) {
            drawn->parts.push_back(tree(depth - 1));
        }
        if (drawn->is == form::factorial || drawn->is == form::power) {
            drawn->parts.back() = std::make_unique<node>();
            drawn->parts.back()->number = static_cast<double>(below(8));
        }
        return drawn;
    }

private:
    std::mt19937_64 random_;
};

enum class parentheses : std::uint8_t { needed, everywhere };

// Writes a tree down, with spaces and spellings of operators as chance has it.
class printer {
public:
    printer(parentheses which, tree_source& random) : which_(which), random_(random) {}

    std::string print(const node& tree, int level_min) {
        const bool needed = level(tree.is) < level_min;
        const bool extra = which_ == parentheses::everywhere && random_.below(2) == 0;
        const std::string text = bare(tree);
        return needed || extra ? "(" + blank() + text + blank() + ")" : text;
    }

private:
    std::string blank() { return random_.below(3) == 0 ? " " : ""; }

    template <std::size_t Count>
    std::string one_of(const std::array<std::string_view, Count>& spellings) {
        return std::string(spellings[random_.below(Count)]);
    }

    std::string number(double number) {
        std::string text = std::to_string(number);
        text.erase(text.find_last_not_of('0') + 1);
        return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    }

    std::string joined(const node& tree, int left, const std::string& sign, int right) {
        return print(*tree.parts[0], left) + blank() + sign + blank() +
               print(*tree.parts[1], right);
    }

    std::string product(const node& tree) {
        const std::string right = print(*tree.parts[1], 3);
        const std::string left = print(*tree.parts[0], 2);
        const bool touches = right.front() == '(' || right.front() == 's' || right.front() == 'm';
        if (touches && random_.below(2) == 0) {
            return left + right;
        }
        return left + one_of<5>({"*", " * ", "×", " x ", " times "}) + right;
    }

    std::string bare(const node& tree) {
        switch (tree.is) {
            case form::number:
                return number(tree.number);
            case form::sum:
                return joined(tree, 1, one_of<2>({"+", " plus "}), 2);
            case form::difference:
                return joined(tree, 1, one_of<3>({"-", "−", " minus "}), 2);
            case form::product:
                return product(tree);
            case form::quotient:
                return joined(tree, 2, one_of<3>({"/", "÷", " divided by "}), 3);
            case form::remainder:
                return joined(tree, 2, one_of<2>({"%", " mod "}), 3);
            case form::power:
                return joined(tree, 5, one_of<2>({"^", "**"}), 3);
            case form::negative:
                return "-" + print(*tree.parts[0], 3);
            case form::factorial:
                return print(*tree.parts[0], 6) + "!";
            case form::root:
                return one_of<2>({"sqrt(", "SQRT( "}) + print(*tree.parts[0], 1) + ")";
            case form::largest:
                break;
        }
        return "max(" + print(*tree.parts[0], 1) + "," + blank() + print(*tree.parts[1], 1) + ")";
    }

    parentheses which_;
    tree_source& random_;
};

std::string described(const expression_result& result) {
    const auto* const error = std::get_if<expression_error>(&result);
    return error == nullptr ? std::to_string(std::get<double>(result)) : error->message;
}

bool is_arithmetic_fault(expression_error_kind why) {
    return why == expression_error_kind::division_by_zero ||
           why == expression_error_kind::not_real || why == expression_error_kind::too_large ||
           why == expression_error_kind::not_countable;
}

bool agrees(const expression_result& result, const value& wanted) {
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        return !wanted && is_arithmetic_fault(error->kind);
    }
    return wanted && std::get<double>(result) == *wanted;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_property)

BOOST_AUTO_TEST_CASE(a_printed_tree_is_computed_as_the_tree_whatever_its_parentheses) {
    int computed = 0;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        tree_source random(seed);
        const auto tree = random.tree(1 + static_cast<int>(random.below(5)));
        const value wanted = direct(*tree);
        computed += wanted ? 1 : 0;
        for (const parentheses which : {parentheses::needed, parentheses::everywhere}) {
            const std::string text = printer(which, random).print(*tree, 1);
            if (text.size() > expression_bytes_max) {
                continue;
            }
            const expression_result result = evaluate(text);
            if (!agrees(result, wanted)) {
                BOOST_TEST_ERROR("seed " << seed << ": " << text << " = " << described(result));
            }
        }
    }
    // The generator must not degenerate into expressions that only fail.
    BOOST_TEST(computed > 10000);
}

BOOST_AUTO_TEST_CASE(any_token_soup_ends_in_a_finite_value_or_an_error_inside_the_text) {
    constexpr std::array<std::string_view, 30> pieces{
        "1",     "2.5", "0",  "(",    ")",  "+",    "-",   "*",       "/",   "%",
        "^",     "**",  "!",  ",",    " ",  "x",    "pi",  "e",       "max", "sqrt(",
        "1,000", "×",   "of", "plus", "\n", "\xff", " x ", "squared", ".",   "1e3"
    };
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        tree_source random(seed);
        std::string text;
        for (std::uint64_t left = random.below(20); left > 0; --left) {
            text += pieces[random.below(pieces.size())];
        }
        const expression_result result = evaluate(text);
        const auto* const error = std::get_if<expression_error>(&result);
        const bool sound = error == nullptr
                               ? std::isfinite(std::get<double>(result))
                               : error->offset <= text.size() && !error->message.empty();
        if (!sound) {
            BOOST_TEST_ERROR("seed " << seed << ": " << text);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
