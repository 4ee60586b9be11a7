#include "net/mcp/call_answer.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::mcp;

std::string value_of(std::string_view result) {
    const auto answer = answer_of(boost::json::parse(result).as_object());
    const auto* const value = std::get_if<protocol::json_text>(&answer);
    return value == nullptr ? "refused" : value->text;
}

ports::source_refusal refusal_of(const ask_outcome& came) {
    const auto answer = answer_of(came);
    BOOST_REQUIRE(std::holds_alternative<ports::source_refusal>(answer));
    return std::get<ports::source_refusal>(answer);
}

BOOST_AUTO_TEST_SUITE(mcp_call_answer)

BOOST_AUTO_TEST_CASE(texts_are_one_string) {
    BOOST_TEST(
        value_of(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})") ==
        R"("a\nb")"
    );
    BOOST_TEST(value_of(R"({"content":[]})") == R"("")");
    BOOST_TEST(value_of("{}") == R"("")");
}

BOOST_AUTO_TEST_CASE(structured_content_goes_first) {
    BOOST_TEST(
        value_of(R"({"content":[{"type":"text","text":"a"}],"structuredContent":{"n":1}})") ==
        R"({"n":1})"
    );
}

BOOST_AUTO_TEST_CASE(bytes_are_counted_and_left_out) {
    BOOST_TEST(
        value_of(R"({"content":[{"type":"text","text":"a"},
            {"type":"image","data":"AAAAAAAA","mimeType":"image/png"},
            {"type":"resource","resource":{"uri":"f:","blob":"AAAA"}}]})") ==
        R"({"content":[{"type":"text","text":"a"},{"type":"image","mimeType":"image/png","bytes":6},)"
        R"({"type":"resource","resource":{"uri":"f:","bytes":3}}]})"
    );
}

BOOST_AUTO_TEST_CASE(an_error_of_the_tool_is_its_refusal) {
    const auto refused = refusal_of(
        boost::json::parse(R"({"content":[{"type":"text","text":"no such file"}],"isError":true})")
            .as_object()
    );
    BOOST_TEST(refused.message == "no such file");
    BOOST_TEST((refused.why == ports::refusal_cause::tool));
}

BOOST_AUTO_TEST_CASE(an_error_of_the_protocol_names_its_code) {
    const auto refused = refusal_of(rpc_error{-32602, "unknown tool", {}});
    BOOST_TEST(refused.message == "unknown tool (error -32602)");
    BOOST_TEST((refused.why == ports::refusal_cause::tool));
}

BOOST_AUTO_TEST_CASE(nobody_to_ask_is_told_from_nobody_who_answers) {
    using fault = ask_failure::fault;
    BOOST_TEST((
        refusal_of(ask_failure{fault::closed, 0, "ended"}).why == ports::refusal_cause::unavailable
    ));
    BOOST_TEST((refusal_of(ask_failure{fault::late, 0, "late"}).why == ports::refusal_cause::late));
}

BOOST_AUTO_TEST_CASE(a_tool_that_asks_back_is_refused) {
    BOOST_TEST(value_of(R"({"resultType":"input_required","inputRequests":{}})") == "refused");
    BOOST_TEST(value_of(R"({"resultType":"complete","content":[]})") == R"("")");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
