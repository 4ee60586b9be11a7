#include "net/mcp/json_rpc.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace clarion::mcp;

template <class T>
T read(std::string_view text) {
    rpc_message message = parse_message(text);
    BOOST_REQUIRE(std::holds_alternative<T>(message));
    return std::get<T>(std::move(message));
}

BOOST_AUTO_TEST_SUITE(mcp_json_rpc)

BOOST_AUTO_TEST_CASE(a_request_has_a_method_and_an_id) {
    const auto asked = read<rpc_request>(R"({"jsonrpc":"2.0","id":"a","method":"ping"})");
    BOOST_TEST(asked.method == "ping");
    BOOST_TEST(std::get<std::string>(asked.id) == "a");
    BOOST_TEST(asked.params.empty());
}

BOOST_AUTO_TEST_CASE(a_notification_has_no_id) {
    const auto told = read<rpc_notification>(R"({"jsonrpc":"2.0","method":"x","params":{"a":1}})");
    BOOST_TEST(told.params.at("a").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(a_response_has_a_result_or_an_error) {
    const auto good = read<rpc_response>(R"({"jsonrpc":"2.0","id":7,"result":{"a":true}})");
    BOOST_TEST(std::get<std::int64_t>(good.id.value()) == 7);
    BOOST_TEST(std::get<boost::json::object>(good.outcome).contains("a"));
    const auto bad = read<rpc_response>(
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no","data":{"x":1}}})"
    );
    const auto& error = std::get<rpc_error>(bad.outcome);
    BOOST_TEST(error.code == method_not_found);
    BOOST_TEST(error.message == "no");
    BOOST_TEST(error.data.is_object());
}

BOOST_AUTO_TEST_CASE(an_error_may_answer_what_could_not_be_read) {
    const auto bad =
        read<rpc_response>(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}})");
    BOOST_TEST(!bad.id.has_value());
}

BOOST_AUTO_TEST_CASE(a_result_that_is_no_object_is_an_error) {
    const auto bad = read<rpc_response>(R"({"jsonrpc":"2.0","id":1,"result":[]})");
    BOOST_TEST(std::holds_alternative<rpc_error>(bad.outcome));
}

BOOST_AUTO_TEST_CASE(what_is_no_message_says_why) {
    const std::string deep(200, '[');
    for (const std::string& text :
         {std::string("{"),
          std::string("[]"),
          std::string("3"),
          std::string(R"({"id":1,"method":"x"})"),
          std::string(R"({"jsonrpc":"1.0","method":"x"})"),
          std::string(R"({"jsonrpc":"2.0","id":1.5,"method":"x"})"),
          std::string(R"({"jsonrpc":"2.0","result":{}})"),
          std::string("\xff"),
          deep}) {
        const rpc_message message = parse_message(text);
        BOOST_TEST(std::holds_alternative<not_rpc>(message), text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
    rpc_request asked{std::int64_t{3}, "tools/call", {{"name", "a\nb"}}};
    const std::string line = encode(asked);
    BOOST_TEST(line.find('\n') == std::string::npos);
    const auto again = read<rpc_request>(line);
    BOOST_TEST(again.params == asked.params);
    const auto answered = read<rpc_response>(encode(answer_to(again)));
    BOOST_TEST(std::get<rpc_error>(answered.outcome).code == method_not_found);
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered) {
    const auto asked = read<rpc_request>(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
    BOOST_TEST(std::holds_alternative<boost::json::object>(answer_to(asked).outcome));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
