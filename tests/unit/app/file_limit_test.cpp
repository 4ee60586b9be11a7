#include "app/file_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

namespace {

using namespace clarion::app;

limit_settings with_connections(std::int64_t max) {
    limit_settings limits;
    limits.connections_max = max;
    return limits;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_limit)

BOOST_AUTO_TEST_CASE(the_soft_limit_becomes_the_hard_one) {
    rlimit before{};
    BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit lowered = before;
    lowered.rlim_cur = before.rlim_max / 2;
    BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
    BOOST_TEST(raise_file_limit() == before.rlim_max);
    rlimit after{};
    ::getrlimit(RLIMIT_NOFILE, &after);
    BOOST_TEST(after.rlim_cur == before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

BOOST_AUTO_TEST_CASE(too_low_a_limit_is_named_with_its_numbers) {
    const auto warning = too_few_files(1'024, with_connections(50'000));
    BOOST_TEST_REQUIRE(warning.has_value());
    for (const char* part : {"open 1024 files", "924 connections", "connections_max is 50000"})
        BOOST_TEST(warning->find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_enough_is_no_warning) {
    BOOST_TEST(!too_few_files(50'100, with_connections(50'000)).has_value());
    BOOST_TEST(too_few_files(50'099, with_connections(50'000)).has_value());
    BOOST_TEST(!too_few_files(RLIM_INFINITY, with_connections(50'000)).has_value());
}

BOOST_AUTO_TEST_CASE(without_a_cap_nothing_is_promised) {
    BOOST_TEST(!too_few_files(64, with_connections(0)).has_value());
}

BOOST_AUTO_TEST_CASE(a_limit_below_what_the_server_needs_itself_leaves_no_connection) {
    const auto warning = too_few_files(64, with_connections(1));
    BOOST_TEST_REQUIRE(warning.has_value());
    BOOST_TEST(warning->find("enough for 0 connections") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
