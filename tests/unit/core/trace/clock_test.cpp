#include "core/trace/clock.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>

BOOST_AUTO_TEST_SUITE(trace_clock)

using clarion::trace::now_ns;

namespace {

std::uint64_t steady_ns() {
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count()
    );
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_never_goes_back_and_keeps_to_the_systems_clock) {
    std::uint64_t before = now_ns();
    const std::uint64_t began = steady_ns();
    // Long enough for the counter to be measured, and for a rate that is wrong to show.
    while (steady_ns() - began < 150'000'000) {
        const std::uint64_t now = now_ns();
        BOOST_REQUIRE(now >= before);
        before = now;
    }
    const std::uint64_t low = steady_ns();
    const std::uint64_t now = now_ns();
    const std::uint64_t high = steady_ns();
    BOOST_TEST(now + 1'000'000 > low);
    BOOST_TEST(now < high + 1'000'000);
}

BOOST_AUTO_TEST_CASE(a_thread_can_have_a_virtual_one_for_a_while) {
    const std::uint64_t before = now_ns();
    std::uint64_t hour = 42;
    {
        const clarion::trace::virtual_time clock(
            [](const void* of) noexcept { return *static_cast<const std::uint64_t*>(of); },
            &hour
        );
        BOOST_TEST(now_ns() == 42U);
        hour = 43;
        BOOST_TEST(now_ns() == 43U);
    }
    BOOST_TEST(now_ns() >= before);
}

BOOST_AUTO_TEST_SUITE_END()
