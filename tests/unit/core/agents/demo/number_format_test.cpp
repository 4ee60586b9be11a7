#include "core/agents/demo/number_format.hpp"

#include "core/agents/demo/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace clarion::agents::demo;

namespace {

struct row {
    double value;
    std::string_view written;
};

void check(const std::vector<row>& rows) {
    for (const auto& [value, written] : rows) {
        BOOST_TEST(format_number(value) == written);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(number_format)

BOOST_AUTO_TEST_CASE(a_whole_number_has_no_point) {
    check({
        {0, "0"},
        {-0.0, "0"},
        {50, "50"},
        {-4, "-4"},
        {100, "100"},
        {120000, "120000"},
        {123456789012345, "123456789012345"},
        {100000000000001, "100000000000001"},
        {999999999999999, "999999999999999"},
    });
}

BOOST_AUTO_TEST_CASE(binary_noise_is_hidden) {
    check({
        {0.1 + 0.2, "0.3"},
        {1.1 * 1.1, "1.21"},
        {100 * 1.1, "110"},
        {4.35 * 100, "435"},
        {1 - 0.9, "0.1"},
        {std::sqrt(2.0) * std::sqrt(2.0), "2"},
        {1 - 3 * std::numeric_limits<double>::epsilon(), "1"},
        {-(0.1 + 0.2), "-0.3"},
    });
}

BOOST_AUTO_TEST_CASE(digits_that_mean_something_stay) {
    check({
        {2.5, "2.5"},
        {0.5, "0.5"},
        {1.0 / 3, "0.333333333333333"},
        {2.0 / 3, "0.666666666666667"},
        {3.14159265358979, "3.14159265358979"},
        {1.00000000000001, "1.00000000000001"},
        {0.123456789012345, "0.123456789012345"},
        {99.9999999999999, "99.9999999999999"},
        {1234.5678, "1234.5678"},
        {0.000123, "0.000123"},
    });
}

BOOST_AUTO_TEST_CASE(an_exponent_appears_above_1e15_and_below_1e_minus_6) {
    check({
        {1e14, "100000000000000"},
        {1e15, "1000000000000000"},
        {-1e15, "-1000000000000000"},
        {999999999999999.9, "1000000000000000"},
        {1000000000000001, "1e+15"},
        {1e16, "1e+16"},
        {1.5e20, "1.5e+20"},
        {-1.5e20, "-1.5e+20"},
        {1.25e100, "1.25e+100"},
        {1e-5, "0.00001"},
        {1e-6, "0.000001"},
        {1.5e-6, "0.0000015"},
        {1e-7, "1e-7"},
        {-2.5e-10, "-2.5e-10"},
        {1e-300, "1e-300"},
        {std::numeric_limits<double>::max(), "1.79769313486232e+308"},
        {std::numeric_limits<double>::denorm_min(), "4.94065645841e-324"},
    });
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_has_a_name) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check({
        {infinity, "inf"},
        {-infinity, "-inf"},
        {std::numeric_limits<double>::quiet_NaN(), "nan"},
    });
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back_as_the_same_number_and_is_written_the_same) {
    constexpr double noise = 1e-14;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        std::mt19937_64 random(seed);
        // Even seeds take any bit pattern, odd ones a number of everyday size.
        const double value = seed % 2 == 0 ? std::bit_cast<double>(random())
                                           : static_cast<double>(random() >> 20U) / 4096 - 1e9;
        if (!std::isfinite(value) || std::abs(value) > 1e308 || std::abs(value) < 1e-300) {
            continue;
        }
        const std::string written = format_number(value);
        const expression_result read = evaluate(written);
        const auto* const back = std::get_if<double>(&read);
        if (back == nullptr || std::abs(*back - value) > noise * std::abs(value) ||
            format_number(*back) != written) {
            BOOST_TEST_ERROR("seed " << seed << " wrote " << written);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
