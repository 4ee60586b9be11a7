#include "net/mcp/mirrored_headers.hpp"
#include "net/mcp/sample_arguments.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::mcp;

std::string sample(std::string_view schema) {
    return boost::json::serialize(sample_arguments(schema));
}

BOOST_AUTO_TEST_SUITE(mcp_arguments)

BOOST_AUTO_TEST_CASE(headers_hold_plain_texts_as_they_are_and_others_in_base64) {
    // The examples of the specification ("Value Encoding").
    BOOST_TEST(header_value("us-west1") == "us-west1");
    BOOST_TEST(header_value("Hello, 世界") == "=?base64?SGVsbG8sIOS4lueVjA==?=");
    BOOST_TEST(header_value(" padded ") == "=?base64?IHBhZGRlZCA=?=");
    BOOST_TEST(header_value("line1\nline2") == "=?base64?bGluZTEKbGluZTI=?=");
    BOOST_TEST(header_value("=?base64?literal?=") == "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
    BOOST_TEST(header_value("") == "");
}

BOOST_AUTO_TEST_CASE(arguments_are_mirrored_where_they_stand) {
    std::vector<http::header_field> headers;
    const auto arguments =
        boost::json::parse(R"({"a":"x","b":{"c":-7,"d":true},"e":null,"f":1.5})").as_object();
    add_mirrored(
        headers,
        {{"A", {"a"}},
         {"C", {"b", "c"}},
         {"D", {"b", "d"}},
         {"E", {"e"}},
         {"F", {"f"}},
         {"G", {"a", "g"}}},
        arguments
    );
    BOOST_REQUIRE(headers.size() == 3U);
    BOOST_TEST(headers[0].name == "Mcp-Param-A");
    BOOST_TEST(headers[0].value == "x");
    BOOST_TEST(headers[1].value == "-7");
    BOOST_TEST(headers[2].value == "true");
}

BOOST_AUTO_TEST_CASE(samples_have_what_is_required_and_no_more) {
    BOOST_TEST(
        sample(R"({"type":"object","properties":{"a":{"type":"number"},"b":{"type":"string"},
            "c":{"type":"boolean"},"o":{"type":"string"}},"required":["a","b","c"]})") ==
        R"({"a":1,"b":"sample","c":false})"
    );
    BOOST_TEST(sample("{}") == "{}");
    BOOST_TEST(sample("not json") == "{}");
}

BOOST_AUTO_TEST_CASE(samples_follow_references_choices_and_bounds) {
    BOOST_TEST(sample(R"({"properties":{"k":{"$ref":"#/$defs/k"}},"required":["k"],
            "$defs":{"k":{"type":"object","properties":{"e":{"enum":["solid","liquid"]}},
            "required":["e"]}}})") == R"({"k":{"e":"solid"}})");
    BOOST_TEST(
        sample(
            R"({"properties":{"n":{"type":"integer","minimum":5},"m":{"type":"number","maximum":0.5},
            "s":{"type":"string","minLength":9},"d":{"default":3},"l":{"type":"array","minItems":2,
            "items":{"type":"string","maxLength":2}},"u":{"anyOf":[{"type":"null"}]}},
            "required":["n","m","s","d","l","u"]})"
        ) == R"({"n":5,"m":5E-1,"s":"samplexxx","d":3,"l":["sa","sa"],"u":null})"
    );
}

BOOST_AUTO_TEST_CASE(samples_of_schemas_that_go_round_in_circles_end) {
    BOOST_TEST(!sample(R"({"$ref":"#"})").empty());
    BOOST_TEST(
        !sample(R"({"properties":{"a":{"$ref":"#"}},"required":["a"],"type":"object"})").empty()
    );
}

BOOST_AUTO_TEST_CASE(samples_of_schemas_that_ask_for_too_much_are_bounded) {
    const std::string made = sample(R"({"type":"object","required":["a","b"],"properties":{
        "a":{"$ref":"#/$defs/l"},"b":{"$ref":"#"}},
        "$defs":{"l":{"type":"array","minItems":16,"items":{"$ref":"#/$defs/l"}}}})");
    BOOST_TEST(made.size() < 100'000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
