#include "net/agui/agui_connection.hpp"

#include "net/agui/cancel_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace clarion::agui;

run_wish wish_of(const std::string& body) {
    auto read = wish_from(body);
    BOOST_REQUIRE_MESSAGE(
        std::holds_alternative<run_wish>(read),
        (std::holds_alternative<std::string>(read) ? std::get<std::string>(read) : "")
    );
    return std::get<run_wish>(std::move(read));
}

BOOST_AUTO_TEST_SUITE(agui_connection_)

BOOST_AUTO_TEST_CASE(the_last_message_of_the_users_is_the_question) {
    const run_wish wish =
        wish_of(R"({"threadId":"t","runId":"r","messages":[{"role":"user","content":"old"},)"
                R"({"role":"assistant","content":"a"},)"
                R"({"role":"user","content":[{"type":"text","text":"ne"},{"type":"image"},)"
                R"({"type":"text","text":"w"}]},{"role":"tool","content":"t"}],)"
                R"("forwardedProps":{"agent":"x"}})");
    BOOST_TEST(wish.thread_id == "t");
    BOOST_TEST(wish.run_id == "r");
    BOOST_TEST(wish.text == "new");
    BOOST_TEST(wish.agent.value() == "x");
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_told_in_a_sentence) {
    for (const std::string body : {
             "",
             "[]",
             R"({"runId":"r","messages":[{"role":"user","content":"x"}]})",
             R"({"threadId":"a b","runId":"r","messages":[{"role":"user","content":"x"}]})",
             R"({"threadId":"t","messages":[{"role":"user","content":"x"}]})",
             R"({"threadId":"t","runId":"r","messages":[]})",
             R"({"threadId":"t","runId":"r","messages":[{"role":"assistant","content":"x"}]})",
             R"({"threadId":"t","runId":"r"})",
         })
        BOOST_TEST(std::holds_alternative<std::string>(wish_from(body)), body);
    BOOST_TEST(std::holds_alternative<std::string>(cancel_from("{}")));
    BOOST_TEST(std::holds_alternative<cancel_wish>(cancel_from(R"({"threadId":"t","runId":"r"})")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
