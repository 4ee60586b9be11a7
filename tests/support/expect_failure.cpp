#include "tests/support/expect_failure.hpp"

#include "core/failure/codes.hpp"
#include "core/protocol/describe.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace clarion::support {

namespace {

std::vector<boost::json::object> records_of(std::string_view name, const failure::ledger& in) {
    const boost::json::value shown = boost::json::parse(to_json(in.snapshot()));
    std::vector<boost::json::object> found;
    for (const auto& record : shown.at("records").as_array())
        if (record.at("code").as_string() == name)
            found.push_back(record.as_object());
    return found;
}

}  // namespace

void expect_failure(
    failure::code what,
    const failure::ledger& in,
    const expected_failure& expected
) {
    const failure::code_traits& row = failure::traits_of(what);
    BOOST_TEST_CONTEXT("the record of " << row.name) {
        BOOST_TEST(in.count(what) == 1U);
        const auto records = records_of(row.name, in);
        BOOST_TEST_REQUIRE(records.size() == 1U);
        const boost::json::object& shown = records.front();
        const auto text = [&shown](const char* field) {
            return std::string_view(shown.at(field).as_string());
        };
        BOOST_TEST(text("severity") == protocol::name_of(expected.how));
        BOOST_TEST(text("class") == protocol::name_of(expected.of));
        BOOST_TEST(text("impact") == row.impact);
        BOOST_TEST(text("remedy") == row.remedy);
        BOOST_TEST(text("connection_id") == expected.about.connection_id);
        BOOST_TEST(text("user_id") == expected.about.user_id.substr(0, 8));
        BOOST_TEST(text("thread_id") == expected.about.thread_id);
        BOOST_TEST(text("run_id") == expected.about.run_id);
        BOOST_TEST(shown.at("seq").as_int64() == expected.seq);
        BOOST_TEST(shown.at("ts").as_int64() > 0);
        const bool named = text("detail").find(expected.detail) != std::string_view::npos;
        BOOST_TEST(named, "\"" << text("detail") << "\" lacks \"" << expected.detail << '"');
        BOOST_TEST_REQUIRE(!shown.at("stack").as_array().empty());
        const std::string_view place = shown.at("stack").at(0).as_string();
        const std::string file = std::string(expected.from) + ":";
        BOOST_TEST(place.starts_with(file), place << " is not in " << expected.from);
    }
}

}  // namespace clarion::support
