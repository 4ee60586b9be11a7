#include "core/agents/outside/argument_schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace {

using namespace clarion;
using clarion::agents::outside::argument_schema;

/// "" when the arguments are allowed, else "POINTER REASON".
std::string fault(std::string_view schema, std::string_view arguments) {
    const auto found = argument_schema(schema).check(boost::json::parse(arguments).as_object());
    return found ? found->pointer + " " + found->reason : "";
}

BOOST_AUTO_TEST_SUITE(argument_schema_test)

BOOST_AUTO_TEST_CASE(types_and_required_members_are_checked) {
    constexpr std::string_view schema = R"({"type":"object","required":["a"],"properties":{
        "a":{"type":"string"},"n":{"type":"integer"},"x":{"type":["number","null"]}}})";
    BOOST_TEST(fault(schema, R"({"a":"x","n":2.0,"x":null,"other":1})") == "");
    BOOST_TEST(fault(schema, "{}") == "/a is required");
    BOOST_TEST(fault(schema, R"({"a":1})") == "/a must be of type string");
    BOOST_TEST(fault(schema, R"({"a":"","n":2.5})") == "/n must be of type integer");
    BOOST_TEST(fault(schema, R"({"a":"","x":"1"})") == "/x must be of another type");
}

BOOST_AUTO_TEST_CASE(the_pointer_leads_to_what_is_wrong) {
    constexpr std::string_view schema =
        R"({"properties":{"a/b":{"items":{"properties":{"~":{"type":"string"}}}}}})";
    BOOST_TEST(fault(schema, R"({"a/b":[{},{"~":1}]})") == "/a~1b/1/~0 must be of type string");
}

BOOST_AUTO_TEST_CASE(further_members_may_be_forbidden_or_have_their_own_schema) {
    BOOST_TEST(
        fault(R"({"properties":{"a":{}},"additionalProperties":false})", R"({"a":1,"b":2})") ==
        "/b is not allowed"
    );
    BOOST_TEST(
        fault(R"({"additionalProperties":{"type":"string"}})", R"({"b":2})") ==
        "/b must be of type string"
    );
    // Names that match a pattern are not ours to judge.
    BOOST_TEST(
        fault(R"({"patternProperties":{"^b":{}},"additionalProperties":false})", R"({"b":2})") == ""
    );
}

BOOST_AUTO_TEST_CASE(bounds_are_checked) {
    BOOST_TEST(fault(R"({"properties":{"n":{"minimum":3}}})", R"({"n":2})") == "/n is too small");
    BOOST_TEST(
        fault(R"({"properties":{"n":{"exclusiveMaximum":3}}})", R"({"n":3})") == "/n is too large"
    );
    BOOST_TEST(
        fault(R"({"properties":{"s":{"maxLength":2}}})", R"({"s":"äöü"})") == "/s is too long"
    );
    BOOST_TEST(fault(R"({"properties":{"s":{"maxLength":3}}})", R"({"s":"äöü"})") == "");
    BOOST_TEST(
        fault(R"({"properties":{"l":{"minItems":1}}})", R"({"l":[]})") == "/l has too few elements"
    );
}

BOOST_AUTO_TEST_CASE(choices_are_checked) {
    BOOST_TEST(fault(R"({"properties":{"e":{"enum":["a",1]}}})", R"({"e":1})") == "");
    BOOST_TEST(
        fault(R"({"properties":{"e":{"enum":["a",1]}}})", R"({"e":2})") ==
        R"(/e must be one of ["a",1])"
    );
    constexpr std::string_view either =
        R"({"properties":{"e":{"anyOf":[{"type":"string"},{"type":"number","minimum":0}]}}})";
    BOOST_TEST(fault(either, R"({"e":1})") == "");
    BOOST_TEST(fault(either, R"({"e":-1})") == "/e fits none of what is allowed");
    BOOST_TEST(
        fault(
            R"({"properties":{"e":{"oneOf":[{"type":"number"},{"minimum":0}]}}})",
            R"({"e":1})"
        ) == "/e fits more than one of what is allowed"
    );
}

BOOST_AUTO_TEST_CASE(references_within_the_schema_are_followed) {
    constexpr std::string_view schema =
        R"({"properties":{"p":{"$ref":"#/$defs/p"}},"$defs":{"p":{"required":["kind"]}}})";
    BOOST_TEST(fault(schema, R"({"p":{}})") == "/p/kind is required");
    BOOST_TEST(fault(R"({"properties":{"p":{"$ref":"https://x/y"}}})", R"({"p":1})") == "");
    BOOST_TEST(fault(R"({"properties":{"p":{"$ref":"#/nowhere"}}})", R"({"p":1})") == "");
}

BOOST_AUTO_TEST_CASE(a_schema_that_means_no_good_costs_little) {
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(fault(R"({"$ref":"#"})", R"({"a":1})") == "");
    BOOST_TEST(fault(R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})", R"({"a":1})") == "");
    std::string wide = R"({"anyOf":[)";
    for (int index = 0; index < 8; ++index)
        wide += R"({"not":{}},{"anyOf":[{"$ref":"#"},{"$ref":"#"}]},)";
    BOOST_TEST(fault(wide + "{}]}", R"({"a":1})") == "");
    BOOST_TEST(fault("nonsense", R"({"a":1})") == "");
    BOOST_TEST(fault(std::string(5000, '['), R"({"a":1})") == "");
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
