#include "net/mcp/opening.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::mcp;
using fault = ask_failure::fault;

ask_outcome result(std::string_view text) {
    return boost::json::parse(text).as_object();
}

ask_outcome refusing(std::string_view data) {
    return rpc_error{-32022, "Unsupported protocol version", boost::json::parse(data)};
}

std::string method_of(const opening_step& step) {
    const auto* const asked = std::get_if<opening_request>(&step);
    return asked == nullptr ? "nothing" : asked->method;
}

constexpr std::string_view of_before = R"({"protocolVersion":"2025-11-25",
    "capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1"}})";

struct fixture {
    opening talk{{"clarion", "1"}};
    opening_step step = talk.begin();

    void answer(const ask_outcome& came) { step = talk.take(came); }
};

BOOST_FIXTURE_TEST_SUITE(mcp_opening, fixture)

BOOST_AUTO_TEST_CASE(it_begins_with_discover_and_says_who_asks) {
    const auto& asked = std::get<opening_request>(step);
    BOOST_TEST(asked.method == "server/discover");
    const auto& meta = asked.params.at("_meta").as_object();
    BOOST_TEST(meta.at("io.modelcontextprotocol/protocolVersion").as_string() == modern_revision);
    BOOST_TEST(meta.at("io.modelcontextprotocol/clientCapabilities").is_object());
    BOOST_TEST(meta.at("io.modelcontextprotocol/clientInfo").at("name").as_string() == "clarion");
}

BOOST_AUTO_TEST_CASE(a_server_of_the_newest_revision_is_known_by_its_answer) {
    answer(result(R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}})"));
    const auto& on = std::get<agreement>(step);
    BOOST_TEST((on.spoken == era::modern));
    BOOST_TEST(on.revision == modern_revision);
    BOOST_TEST(!on.tells_list_changes);
}

BOOST_AUTO_TEST_CASE(any_error_means_a_server_of_before) {
    for (const ask_outcome& came :
         {ask_outcome(rpc_error{-32601, "Method not found", {}}),
          ask_outcome(rpc_error{-32602, "Invalid params", {}}),
          ask_outcome(ask_failure{fault::late, 0, ""}),
          ask_outcome(ask_failure{fault::refused, 400, ""}),
          ask_outcome(ask_failure{fault::refused, 404, ""}),
          ask_outcome(ask_failure{fault::refused, 405, ""}),
          ask_outcome(ask_failure{fault::malformed, 0, ""}),
          result("{}"),
          refusing(R"({"supported":["2025-11-25"]})")}) {
        opening other{{"clarion", "1"}};
        (void)other.begin();
        BOOST_TEST(method_of(other.take(came)) == "initialize");
    }
}

BOOST_AUTO_TEST_CASE(a_server_of_before_is_agreed_with) {
    answer(rpc_error{-32601, "Method not found", {}});
    const auto& asked = std::get<opening_request>(step);
    BOOST_TEST(asked.params.at("protocolVersion").as_string() == "2025-11-25");
    BOOST_TEST(asked.params.at("clientInfo").at("name").as_string() == "clarion");
    answer(result(of_before));
    const auto& on = std::get<agreement>(step);
    BOOST_TEST((on.spoken == era::legacy));
    BOOST_TEST(on.revision == "2025-11-25");
    BOOST_TEST(on.server_name == "s");
    BOOST_TEST(on.tells_list_changes);
}

BOOST_AUTO_TEST_CASE(older_revisions_are_known_and_others_are_not) {
    answer(rpc_error{});
    answer(result(R"({"protocolVersion":"2024-11-05","capabilities":{}})"));
    BOOST_TEST(std::get<agreement>(step).revision == "2024-11-05");

    fixture other;
    other.answer(rpc_error{});
    other.answer(result(R"({"protocolVersion":"1999-01-01","capabilities":{}})"));
    BOOST_TEST(std::holds_alternative<opening_failure>(other.step));
}

BOOST_AUTO_TEST_CASE(a_refused_version_that_is_supported_is_asked_for_once_more) {
    answer(refusing(R"({"supported":["2026-07-28"]})"));
    BOOST_TEST(method_of(step) == "server/discover");
    answer(refusing(R"({"supported":["2026-07-28"]})"));
    BOOST_TEST(std::holds_alternative<opening_failure>(step));
}

BOOST_AUTO_TEST_CASE(a_server_of_another_age_is_not_greeted_the_old_way) {
    answer(refusing(R"({"supported":["2031-01-01"]})"));
    BOOST_TEST(std::holds_alternative<opening_failure>(step));
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_or_wants_a_password_is_a_failure) {
    for (const ask_failure& came :
         {ask_failure{fault::unreachable, 0, "cannot be reached"},
          ask_failure{fault::closed, 0, "ended"},
          ask_failure{fault::refused, 401, "answered with HTTP status 401"},
          ask_failure{fault::refused, 503, "answered with HTTP status 503"}}) {
        opening other{{"clarion", "1"}};
        (void)other.begin();
        const opening_step after = other.take(came);
        BOOST_REQUIRE(std::holds_alternative<opening_failure>(after));
        BOOST_TEST(std::get<opening_failure>(after).why == came.message);
    }
}

BOOST_AUTO_TEST_CASE(a_server_known_to_be_of_before_is_not_probed) {
    opening again{{"clarion", "1"}, era::legacy};
    BOOST_TEST(method_of(again.begin()) == "initialize");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
