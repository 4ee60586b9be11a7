#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using clarion::support::flow_client;
using clarion::support::flow_server;

using names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_path)

BOOST_AUTO_TEST_CASE(a_message_becomes_five_stages_in_order) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "what is (17+3)*2.5?");
    server.settle();

    const names types = ada.types();
    BOOST_REQUIRE_GE(types.size(), 8U);
    BOOST_TEST(types[0] == "welcome");
    BOOST_TEST(types[1] == "accepted");
    BOOST_TEST(types[2] == "user_message");
    BOOST_TEST(types[3] == "agent_started");
    BOOST_TEST(types[4] == "agent_thinking");
    BOOST_TEST(types[5] == "tool_executing");
    BOOST_TEST(types[6] == "tool_completed");
    BOOST_TEST(types.back() == "agent_completed");
    BOOST_TEST(ada.only("tool_completed").at("payload").at("outcome").as_string() == "ok");
    const std::string answer(ada.only("assistant_message").at("payload").at("text").as_string());
    BOOST_TEST(answer.find("50") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(seq_is_gap_free_and_the_census_proves_it) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello there");
    server.settle();

    std::int64_t expected = 0;
    std::int64_t counted = 0;
    std::string text;
    for (const auto& frame : ada.frames()) {
        if (!frame.contains("payload"))
            continue;
        BOOST_TEST(frame.at("seq").to_number<std::int64_t>() == ++expected);
        const std::string type(frame.at("type").as_string());
        if (type == "text_delta")
            text += std::string(frame.at("payload").at("delta").as_string());
        if (type != "user_message" && type != "agent_completed")
            ++counted;
    }
    const auto census = ada.only("agent_completed").at("payload").at("census").as_object();
    BOOST_TEST(census.at("first_seq").to_number<std::int64_t>() == 2);
    BOOST_TEST(census.at("last_seq").to_number<std::int64_t>() == expected - 1);
    BOOST_TEST(census.at("text_bytes").to_number<std::size_t>() == text.size());
    std::int64_t total = 0;
    for (const auto& entry : census.at("counts").as_object())
        total += entry.value().to_number<std::int64_t>();
    BOOST_TEST(total == counted);
}

BOOST_AUTO_TEST_CASE(two_tabs_see_the_same_events) {
    flow_server server;
    flow_client& first = server.connect("ada");
    flow_client& second = server.connect("ada");
    second.sends(R"({"type":"subscribe","thread_id":"t1"})");
    server.settle();
    first.asks("m1", "/tools 3");
    server.settle();
    BOOST_TEST(first.event_types() == second.event_types());
    BOOST_TEST(!first.event_types().empty());
}

BOOST_AUTO_TEST_CASE(another_user_with_the_same_thread_id_sees_nothing) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& bob = server.connect("bob");
    bob.sends(R"({"type":"subscribe","thread_id":"t1"})");
    ada.asks("m1", "secret");
    server.settle();
    BOOST_TEST(!ada.event_types().empty());
    BOOST_TEST(bob.event_types().empty());
}

BOOST_AUTO_TEST_SUITE_END()
