#include "net/http/admission.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <utility>
#include <vector>

using clarion::http::admission;

BOOST_AUTO_TEST_SUITE(admission_counts)

BOOST_AUTO_TEST_CASE(the_total_is_capped_and_a_place_comes_back) {
    admission places({2, 0});
    auto first = places.enter("192.0.2.1");
    auto second = places.enter("192.0.2.2");
    BOOST_TEST(first.has_value());
    BOOST_TEST(second.has_value());
    BOOST_TEST(!places.enter("192.0.2.3").has_value());
    BOOST_TEST(places.size() == 2U);
    first.reset();
    BOOST_TEST(places.enter("192.0.2.3").has_value());
    BOOST_TEST(places.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_address_is_capped_and_loopback_is_not) {
    admission places({0, 1});
    const auto first = places.enter("192.0.2.1");
    BOOST_TEST(!places.enter("192.0.2.1").has_value());
    BOOST_TEST(places.enter("192.0.2.2").has_value());
    for (const char* address : {"127.0.0.1", "127.8.8.8", "::1"}) {
        const auto one = places.enter(address);
        const auto two = places.enter(address);
        BOOST_TEST(two.has_value());
    }
    BOOST_TEST(places.size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_exempt_by_address_still_counts_in_total) {
    using clarion::http::address_cap;
    admission places({3, 1});
    const auto first = places.enter("192.0.2.1", address_cap::exempt);
    const auto second = places.enter("192.0.2.1", address_cap::exempt);
    BOOST_TEST(second.has_value());
    BOOST_TEST(!places.enter("192.0.2.1").has_value());
    const auto third = places.enter("192.0.2.1", address_cap::exempt);
    BOOST_TEST(third.has_value());
    BOOST_TEST(!places.enter("192.0.2.1", address_cap::exempt).has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_address_is_not_remembered) {
    admission places({1, 1});
    {
        const auto held = places.enter("192.0.2.1");
        BOOST_TEST(!places.enter("192.0.2.2").has_value());
    }
    BOOST_TEST(places.size() == 0U);
    BOOST_TEST(places.enter("192.0.2.2").has_value());
}

BOOST_AUTO_TEST_CASE(zero_switches_a_cap_off) {
    admission places({0, 0});
    std::vector<admission::place> held;
    for (int i = 0; i < 1000; ++i)
        held.push_back(std::move(*places.enter("192.0.2.1")));
    BOOST_TEST(places.size() == 1000U);
    held.clear();
    BOOST_TEST(places.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
