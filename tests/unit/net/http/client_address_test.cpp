#include "net/http/client_address.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::http;

const net::ip_networks trusted{
    *net::ip_network::parse("10.0.0.0/8"),
    *net::ip_network::parse("fd00::/8"),
};

struct row {
    std::string peer;
    std::vector<header_field> headers;
    std::string client;
};

header_fields fields(const std::vector<header_field>& from) {
    header_fields made;
    for (const header_field& field : from)
        made.add(field.name, field.value);
    return made;
}

void check(const std::vector<row>& rows) {
    for (const row& each : rows) {
        std::string shown = each.peer;
        for (const header_field& field : each.headers)
            shown.append(" | ").append(field.name).append(": ").append(field.value);
        BOOST_TEST_CONTEXT(shown) {
            const auto found = client_of(each.peer, fields(each.headers), trusted);
            BOOST_TEST_REQUIRE(std::holds_alternative<caller>(found));
            BOOST_TEST(std::get<caller>(found).address == each.client);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_addresses)

BOOST_AUTO_TEST_CASE(nobody_else_is_believed) {
    check({
        {"192.0.2.1", {{"X-Forwarded-For", "203.0.113.7"}}, "192.0.2.1"},
        {"192.0.2.1", {{"Forwarded", "for=203.0.113.7"}}, "192.0.2.1"},
        {"::1", {{"X-Forwarded-For", "203.0.113.7"}}, "::1"},
        {"unknown", {{"X-Forwarded-For", "203.0.113.7"}}, "unknown"},
    });
    const auto headers = fields({{"X-Forwarded-For", "203.0.113.7"}, {"Forwarded", "for=8.8.8.8"}});
    const auto stranger = client_of("192.0.2.1", headers, trusted);
    BOOST_TEST(!std::get<caller>(stranger).is_through_trusted_proxy);
    const auto nobody_trusted = client_of("10.0.0.1", headers, {});
    BOOST_TEST(std::get<caller>(nobody_trusted).address == "10.0.0.1");
    BOOST_TEST(!std::get<caller>(nobody_trusted).is_through_trusted_proxy);
}

BOOST_AUTO_TEST_CASE(a_trusted_proxy_names_its_client) {
    check({
        {"10.0.0.1", {}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", "203.0.113.7"}}, "203.0.113.7"},
        {"10.0.0.1", {{"x-forwarded-for", " 203.0.113.7:4711 "}}, "203.0.113.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "2001:DB8::7"}}, "2001:db8::7"},
        {"10.0.0.1", {{"X-Forwarded-For", "[2001:db8::7]:4711"}}, "2001:db8::7"},
        {"10.0.0.1", {{"X-Forwarded-For", "::ffff:203.0.113.7"}}, "203.0.113.7"},
        {"fd00::1", {{"X-Forwarded-For", "203.0.113.7"}}, "203.0.113.7"},
        {"10.0.0.1", {{"Forwarded", "for=203.0.113.7"}}, "203.0.113.7"},
        {"10.0.0.1", {{"Forwarded", "proto=https; For=\"203.0.113.7:80\";by=x"}}, "203.0.113.7"},
        {"10.0.0.1", {{"Forwarded", "for=\"[2001:db8::7]\""}}, "2001:db8::7"},
        {"10.0.0.1", {{"Forwarded", "for=\"[2001:db8::7]:_port\""}}, "2001:db8::7"},
    });
    const auto found = client_of("10.0.0.1", fields({}), trusted);
    BOOST_TEST(std::get<caller>(found).is_through_trusted_proxy);
}

BOOST_AUTO_TEST_CASE(what_stands_before_the_first_stranger_is_his_word) {
    check({
        {"10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.7"}}, "203.0.113.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.7, 10.0.0.2"}}, "203.0.113.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "10.0.0.9, 203.0.113.7, 10.0.0.2"}}, "203.0.113.7"},
        {"10.0.0.1",
         {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.7"}},
         "203.0.113.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
        {"10.0.0.1", {{"Forwarded", "for=6.6.6.6, for=203.0.113.7"}}, "203.0.113.7"},
        {"10.0.0.1",
         {{"Forwarded", "for=6.6.6.6"}, {"Forwarded", "for=203.0.113.7, for=10.0.0.2"}},
         "203.0.113.7"},
        {"10.0.0.1", {{"Forwarded", "for=203.0.113.7;host=\"a, for=6.6.6.6\""}}, "203.0.113.7"},
    });
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_no_address_ends_at_the_proxy_that_wrote_it) {
    check({
        {"10.0.0.1", {{"X-Forwarded-For", "unknown"}}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, unknown, 10.0.0.2"}}, "10.0.0.2"},
        {"10.0.0.1", {{"X-Forwarded-For", "6.6.6.6:7:8"}}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", "[::1"}}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", "[::1]x"}}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", ""}}, "10.0.0.1"},
        {"10.0.0.1", {{"Forwarded", "for=unknown"}}, "10.0.0.1"},
        {"10.0.0.1", {{"Forwarded", "for=_hidden, for=10.0.0.2"}}, "10.0.0.2"},
        {"10.0.0.1", {{"Forwarded", "proto=https"}}, "10.0.0.1"},
        {"10.0.0.1", {{"Forwarded", "for=6.6.6.6,"}}, "10.0.0.1"},
        // An open quote swallows what the proxy wrote behind it: nothing of it is believed.
        {"10.0.0.1", {{"Forwarded", "for=\"6.6.6.6, for=203.0.113.7"}}, "10.0.0.1"},
        {"10.0.0.1", {{"Forwarded", "for=\"6.6.6.6\\\", for=203.0.113.7"}}, "10.0.0.1"},
        {"10.0.0.1", {{"Forwarded", "for=\"\\6.6.6.6\""}}, "10.0.0.1"},
    });
}

BOOST_AUTO_TEST_CASE(two_fields_that_disagree_are_a_400) {
    const auto agree =
        fields({{"X-Forwarded-For", "6.6.6.6, 203.0.113.7"}, {"Forwarded", "for=203.0.113.7"}});
    BOOST_TEST(std::get<caller>(client_of("10.0.0.1", agree, trusted)).address == "203.0.113.7");
    const auto differ = fields({{"X-Forwarded-For", "203.0.113.7"}, {"Forwarded", "for=6.6.6.6"}});
    const auto refused = client_of("10.0.0.1", differ, trusted);
    BOOST_TEST_REQUIRE(std::holds_alternative<response>(refused));
    BOOST_TEST(std::get<response>(refused).status == 400U);
    BOOST_TEST(std::get<response>(refused).body.find("X-Forwarded-For") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
