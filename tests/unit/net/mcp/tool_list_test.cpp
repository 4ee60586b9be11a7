#include "net/mcp/tool_list.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace clarion::mcp;

struct fixture {
    void page(std::string_view text) { read.take_page(boost::json::parse(text).as_object()); }
    void tool(std::string_view schema) {
        page(R"({"tools":[{"name":"t","inputSchema":)" + std::string(schema) + "}]}");
    }

    tool_list read;
};

BOOST_FIXTURE_TEST_SUITE(mcp_tool_list, fixture)

BOOST_AUTO_TEST_CASE(a_tool_is_read_with_its_schema_and_hint) {
    page(R"({"tools":[{"name":"read","description":"Reads","inputSchema":{"type":"object"},
        "annotations":{"readOnlyHint":true}},
        {"name":"write","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":"yes"}}]})");
    BOOST_REQUIRE(read.tools().size() == 2U);
    BOOST_TEST(read.tools()[0].about.description == "Reads");
    BOOST_TEST(read.tools()[0].about.parameters.text == R"({"type":"object"})");
    BOOST_TEST(read.tools()[0].about.read_only);
    BOOST_TEST(!read.tools()[1].about.read_only);
    BOOST_TEST(!read.next_page().has_value());
}

BOOST_AUTO_TEST_CASE(pages_follow_one_another_up_to_a_bound) {
    page(R"({"tools":[{"name":"a","inputSchema":{}}],"nextCursor":"2"})");
    BOOST_TEST(read.next_page().value() == "2");
    page(R"({"tools":[{"name":"b","inputSchema":{}}]})");
    BOOST_TEST(!read.next_page().has_value());
    BOOST_TEST(read.tools().size() == 2U);

    tool_list endless;
    std::size_t pages = 0;
    do {
        endless.take_page(boost::json::parse(R"({"tools":[],"nextCursor":"x"})").as_object());
        ++pages;
    } while (endless.next_page());
    BOOST_TEST(pages == list_pages_max);
    BOOST_TEST(endless.notes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_tool_is_left_out_and_noted) {
    page(R"({"tools":[{"name":"","inputSchema":{}},{"name":"a b","inputSchema":{}},
        {"name":"noschema"},{"name":"twice","inputSchema":{}},{"name":"twice","inputSchema":{}},7]})"
    );
    BOOST_TEST(read.tools().size() == 1U);
    BOOST_TEST(read.notes().size() == 4U);
    page(R"({"tools":3})");
    page("{}");
    BOOST_TEST(read.tools().size() == 1U);
}

BOOST_AUTO_TEST_CASE(too_many_tools_are_cut_off) {
    std::string all = R"({"tools":[)";
    for (std::size_t index = 0; index < tools_max + 3; ++index)
        all += (index == 0 ? "" : ",") + std::string(R"({"name":"t)") + std::to_string(index) +
               R"(","inputSchema":{}})";
    page(all + R"(],"nextCursor":"more"})");
    BOOST_TEST(read.tools().size() == tools_max);
    BOOST_TEST(!read.next_page().has_value());
}

BOOST_AUTO_TEST_CASE(arguments_for_headers_are_found_at_any_depth) {
    tool(R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},
        "at":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}}}})");
    BOOST_REQUIRE(read.tools().size() == 1U);
    const auto& mirrored = read.tools()[0].mirrored;
    BOOST_TEST((mirrored.at("Region") == std::vector<std::string>{"region"}));
    BOOST_TEST((mirrored.at("N") == std::vector<std::string>{"at", "n"}));
}

BOOST_AUTO_TEST_CASE(a_tool_with_an_impossible_header_is_left_out) {
    for (const std::string_view property :
         {R"({"type":"string","x-mcp-header":""})",
          R"({"type":"string","x-mcp-header":"a b"})",
          R"({"type":"string","x-mcp-header":"a\r\nb"})",
          R"({"type":"string","x-mcp-header":3})",
          R"({"type":"number","x-mcp-header":"N"})",
          R"({"type":"object","x-mcp-header":"N"})"}) {
        tool_list other;
        other.take_page(boost::json::parse(
                            R"({"tools":[{"name":"t","inputSchema":{"properties":{"p":)" +
                            std::string(property) + "}}}]}"
        )
                            .as_object());
        BOOST_TEST(other.tools().empty(), std::string(property));
        BOOST_TEST(other.notes().size() == 1U);
    }
    tool(R"({"properties":{"a":{"type":"string","x-mcp-header":"N"},
        "b":{"type":"string","x-mcp-header":"n"}}})");
    BOOST_TEST(read.tools().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
