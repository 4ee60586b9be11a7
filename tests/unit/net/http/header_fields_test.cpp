#include "net/http/header_fields.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

using clarion::http::header_fields;

BOOST_AUTO_TEST_SUITE(header)

BOOST_AUTO_TEST_CASE(names_ignore_case_and_the_first_value_is_found) {
    header_fields fields;
    fields.add("Host", "a");
    fields.add("HOST", "b");
    BOOST_TEST((fields.find("hOsT") == "a"));
    BOOST_TEST(fields.count("host") == 2U);
    BOOST_TEST(!fields.find("Hos").has_value());
    BOOST_TEST(!fields.find("Hosts").has_value());
}

BOOST_AUTO_TEST_CASE(a_list_goes_over_all_fields_of_its_name) {
    header_fields fields;
    fields.add("Connection", " keep-alive ,\tUpgrade,,");
    fields.add("Other", "close");
    fields.add("connection", "TE");
    const std::vector<std::string_view> expected{"keep-alive", "Upgrade", "TE"};
    BOOST_TEST(fields.list("Connection") == expected, boost::test_tools::per_element());
    BOOST_TEST(fields.lists("Connection", "upgrade"));
    BOOST_TEST(!fields.lists("Connection", "up"));
    BOOST_TEST(!fields.lists("Connection", "close"));
    BOOST_TEST(fields.list("Absent").empty());
}

BOOST_AUTO_TEST_SUITE_END()
