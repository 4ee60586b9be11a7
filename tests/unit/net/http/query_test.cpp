#include "net/http/query.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using clarion::http::parse_query;
using clarion::http::query_map;

void check_decoded(std::string_view query, const query_map& expected) {
    const auto parsed = parse_query(query);
    BOOST_TEST_CONTEXT("query " << query) {
        BOOST_TEST_REQUIRE(parsed.has_value());
        BOOST_TEST((*parsed == expected));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(query)

BOOST_AUTO_TEST_CASE(names_and_values_are_decoded) {
    check_decoded("", {});
    check_decoded("user=ada", {{"user", "ada"}});
    check_decoded("user=ada&limit=5", {{"user", "ada"}, {"limit", "5"}});
    check_decoded("user=", {{"user", ""}});
    check_decoded("user", {{"user", ""}});
    check_decoded("user=a=b", {{"user", "a=b"}});
    check_decoded("us%65r=%61da%3a1", {{"user", "ada:1"}});
    check_decoded("name=Ada+Lovelace", {{"name", "Ada Lovelace"}});
    check_decoded("name=%C3%A4", {{"name", "\xc3\xa4"}});
    check_decoded("&user=ada&", {{"user", "ada"}});
}

BOOST_AUTO_TEST_CASE(what_could_be_read_in_two_ways_is_refused) {
    for (const std::string_view query : {
             "user=%",
             "user=%4",
             "user=%4g",
             "user=%g4",
             "user=ada&user=eve",
             "user=ada&us%65r=eve",
             "=ada",
             "user=%ff",
             "user=%c3",
             "user=a%00b",
             "user=a%0ab",
             "user=%7f",
         }) {
        BOOST_TEST_CONTEXT("query " << query) {
            BOOST_TEST(!parse_query(query).has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
