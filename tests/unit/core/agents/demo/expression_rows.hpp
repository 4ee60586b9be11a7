#pragma once

#include "core/agents/demo/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::agents::demo::test {

using kind = expression_error_kind;

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

inline void check_value(const expression_result& result, double wanted) {
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        BOOST_TEST_ERROR(error->message);
    } else {
        BOOST_TEST(std::get<double>(result) == wanted);
    }
}

inline void check_error(const expression_result& result, const refused& wanted) {
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        BOOST_TEST((error->kind == wanted.why));
        BOOST_TEST(error->offset == wanted.offset);
        BOOST_TEST(error->message == wanted.message);
    } else {
        BOOST_TEST_ERROR("computed " << std::get<double>(result));
    }
}

inline void check_values(const std::vector<computed>& rows) {
    for (const computed& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            check_value(evaluate(row.text), row.value);
        }
    }
}

inline void check_errors(const std::vector<refused>& rows) {
    for (const refused& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            check_error(evaluate(row.text), row);
        }
    }
}

}  // namespace clarion::agents::demo::test
