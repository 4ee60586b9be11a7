#include "net/ip_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion::net;

struct membership {
    const char* network;
    const char* address;
    bool is_in;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ip_networks_and_addresses)

BOOST_AUTO_TEST_CASE(an_address_is_in_the_networks_whose_prefix_it_has) {
    const std::vector<membership> rows{
        {"10.0.0.0/8", "10.0.0.0", true},
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "9.255.255.255", false},
        {"10.1.2.3/8", "10.200.0.1", true},  // what stands behind the prefix does not count
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.4/30", "192.0.2.7", true},
        {"192.0.2.4/30", "192.0.2.8", false},
        {"192.0.2.1/32", "192.0.2.1", true},
        {"192.0.2.1/32", "192.0.2.0", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::", false},
        {"2001:db8::/33", "2001:db8:7fff::", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fc00::1", false},
        {"::1/128", "::1", true},
        {"::1/128", "::2", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", false},
        // A mapped address is the IPv4 address, in both roles.
        {"10.0.0.0/8", "::ffff:10.1.1.1", true},
        {"::/0", "::ffff:10.1.1.1", false},
        {"::ffff:10.0.0.0/104", "10.1.1.1", true},
        {"::ffff:10.0.0.0/104", "11.1.1.1", false},
        {"::ffff:0:0/96", "203.0.113.9", true},
    };
    for (const membership& row : rows) {
        BOOST_TEST_CONTEXT(row.address << " in " << row.network) {
            const auto network = ip_network::parse(row.network);
            const auto address = parse_address(row.address);
            BOOST_TEST_REQUIRE(network.has_value());
            BOOST_TEST_REQUIRE(address.has_value());
            BOOST_TEST(network->contains(*address) == row.is_in);
            BOOST_TEST(any_contains({*network}, *address) == row.is_in);
        }
    }
    BOOST_TEST(!any_contains({}, *parse_address("10.0.0.1")));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_none) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv,
          "/"sv,
          "/8"sv,
          "10.0.0.0"sv,
          "10.0.0.0/"sv,
          "10.0.0.0/33"sv,
          "10.0.0.0/-1"sv,
          "10.0.0.0/+8"sv,
          "10.0.0.0/8 "sv,
          " 10.0.0.0/8"sv,
          "10.0.0.0/0x8"sv,
          "10.0.0.0/8/8"sv,
          "10.0.0.0/18446744073709551624"sv,
          "10.0.0/8"sv,
          "010.0.0.0/8"sv,
          "10.0.0.256/8"sv,
          "localhost/8"sv,
          "2001:db8::/129"sv,
          "[2001:db8::]/32"sv,
          "2001:db8:::/32"sv,
          "fe80::1%eth0/64"sv,
          "10.0.0.0\0/8"sv})
        BOOST_TEST(!ip_network::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(an_address_stands_alone_and_is_written_one_way) {
    using namespace std::string_view_literals;
    const std::vector<std::pair<std::string_view, std::string>> rows{
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:C000:0201", "192.0.2.1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"::192.0.2.1", "::192.0.2.1"},
    };
    for (const auto& [text, shown] : rows) {
        const auto parsed = parse_address(text);
        BOOST_TEST_REQUIRE(parsed.has_value(), text);
        BOOST_TEST(to_string(*parsed) == shown);
    }
    for (const std::string_view text :
         {""sv,
          " 192.0.2.1"sv,
          "192.0.2.1:80"sv,
          "[::1]"sv,
          "fe80::1%1"sv,
          "unknown"sv,
          "1"sv,
          "192.0.2.1\0"sv})
        BOOST_TEST(!parse_address(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
