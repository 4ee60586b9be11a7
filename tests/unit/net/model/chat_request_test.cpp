#include "net/model/chat_request.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace clarion::model;
using namespace clarion::ports;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(chat_request)

BOOST_AUTO_TEST_CASE(a_request_is_what_servers_expect) {
    model_request asked;
    asked.messages = {
        {.by = speaker::system, .text = "Be brief."},
        {.by = speaker::user, .text = "Time \"now\"?\n"},
        {.by = speaker::assistant,
         .text = "",
         .calls = {{"c1", "files.read", R"({"path":"a"})", false}, {"c2", "f", "{x", true}}},
        {.by = speaker::tool, .text = "12:00", .call_id = "c1"},
    };
    asked.tools = {{"files.read", "Reads", {R"({"type":"object"})"}}};
    asked.output_tokens_max = 100;
    const std::string body = chat_request_body("m", asked, usage_wish::stated);
    const char* const expected = R"({"model":"m","messages":[
        {"role":"system","content":"Be brief."},
        {"role":"user","content":"Time \"now\"?\n"},
        {"role":"assistant","content":"","tool_calls":[
            {"id":"c1","type":"function","function":
                {"name":"files__read","arguments":"{\"path\":\"a\"}"}},
            {"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","content":"12:00","tool_call_id":"c1"}],
        "tools":[{"type":"function","function":{"name":"files__read","description":"Reads",
            "parameters":{"type":"object"}}}],
        "max_tokens":100,"stream":true,"stream_options":{"include_usage":true}})";
    BOOST_TEST(json::serialize(json::parse(body)) == json::serialize(json::parse(expected)));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_left_out) {
    const std::string body = chat_request_body("m", {}, usage_wish::left_out);
    BOOST_TEST(body == R"({"model":"m","messages":[],"stream":true})");
}

BOOST_AUTO_TEST_CASE(names_of_tools_fit_what_servers_take) {
    BOOST_TEST(wire_name("calculator") == "calculator");
    BOOST_TEST(wire_name("files.read_all-2") == "files__read_all-2");
    BOOST_TEST(wire_name("a b/ü").starts_with("a_b____"));
    BOOST_TEST(wire_name(std::string(100, 'x')).size() == 64U);
    // No two are told as one.
    BOOST_TEST(wire_name("a.b") != wire_name("a__b"));
    BOOST_TEST(wire_name("é") != wire_name("è"));
    BOOST_TEST(wire_name(std::string(100, 'x')) != wire_name(std::string(101, 'x')));
}

BOOST_AUTO_TEST_CASE(a_refusal_of_stream_options_is_recognised) {
    BOOST_TEST(is_about_stream_options(400, "unknown field stream_options"));
    BOOST_TEST(is_about_stream_options(422, "include_usage: extra fields not permitted"));
    BOOST_TEST(!is_about_stream_options(400, "bad tools"));
    BOOST_TEST(!is_about_stream_options(500, "stream_options"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
