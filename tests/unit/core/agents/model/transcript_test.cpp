#include "core/agents/model/transcript.hpp"

#include "core/agents/model/token_estimate.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace {

using namespace clarion;
using namespace clarion::agents::model;
using ports::author;
using ports::speaker;

// "s:…|u:…|a:…(f)|t:…", calls in brackets.
std::string shown(const transcript& told) {
    std::string all;
    for (const ports::model_message& message : told.messages()) {
        all += all.empty() ? "" : "|";
        all += protocol::name_of(message.by).substr(0, 1);
        all += ":" + message.text;
        for (const ports::model_call& call : message.calls)
            all += "(" + call.name + ")";
    }
    return all;
}

ports::past_message past(author by, std::string text) {
    ports::past_message message;
    message.by = by;
    message.text = std::move(text);
    return message;
}

ports::model_call call(std::string name, std::string id) {
    return {std::move(id), std::move(name), "{}", false};
}

// Each assistant message with calls is followed by exactly their results; no other result stands.
void check_pairs(const transcript& told) {
    std::set<std::string> open;
    for (const ports::model_message& message : told.messages()) {
        if (message.by == speaker::tool) {
            BOOST_TEST(open.erase(message.call_id) == 1U);
            continue;
        }
        BOOST_TEST(open.empty());
        for (const ports::model_call& one : message.calls)
            BOOST_TEST(open.insert(one.id).second);
    }
    BOOST_TEST(open.empty());
}

// Two past questions, the question, and three steps of two calls each.
transcript long_one() {
    transcript told("prompt");
    told.add_past(
        {past(author::user, std::string(400, '1')),
         past(author::assistant, "one"),
         past(author::user, std::string(400, '2')),
         past(author::assistant, "two")}
    );
    told.add_question("now");
    for (const char* id : {"a", "b", "c"})
        told.add_calls("", {call("f", id), call("g", "")}, {std::string(400, 'x'), "y"});
    return told;
}

BOOST_AUTO_TEST_SUITE(transcript_)

BOOST_AUTO_TEST_CASE(it_is_told_in_order) {
    transcript told("Be brief.");
    told.add_past({past(author::user, "hi"), past(author::assistant, "hello")});
    told.add_question("time?");
    told.add_calls("wait", {call("clock", "c")}, {"12:00"});
    BOOST_TEST(shown(told) == "s:Be brief.|u:hi|a:hello|u:time?|a:wait(clock)|t:12:00");
}

BOOST_AUTO_TEST_CASE(authors_alternate) {
    transcript told("");
    told.add_past(
        {past(author::user, "one"),
         past(author::assistant, ""),
         past(author::user, "two"),
         past(author::assistant, "a"),
         past(author::assistant, "b"),
         past(author::user, "cancelled")}
    );
    told.add_question("three");
    BOOST_TEST(shown(told) == "u:one\n\ntwo|a:a\n\nb|u:cancelled\n\nthree");
}

BOOST_AUTO_TEST_CASE(ids_of_calls_are_unique) {
    transcript told("");
    told.add_question("q");
    told.add_calls("", {call("f", "c"), call("g", ""), call("h", "c")}, {"1", "2", "3"});
    told.add_calls("", {call("f", "c")}, {"4"});
    told.add_calls("", {call("f", "call_6"), call("g", "")}, {"5", "6"});
    std::set<std::string> ids;
    for (const ports::model_message& message : told.messages())
        for (const ports::model_call& one : message.calls)
            BOOST_TEST((!one.id.empty() && ids.insert(one.id).second));
    BOOST_TEST(ids.contains("c"));
    check_pairs(told);
}

BOOST_AUTO_TEST_CASE(what_fits_stays_whole) {
    transcript told = long_one();
    const std::string before = shown(told);
    BOOST_TEST((told.trim(told.tokens()) == transcript::fit::whole));
    BOOST_TEST(shown(told) == before);
}

BOOST_AUTO_TEST_CASE(at_every_size_results_stand_with_their_calls) {
    for (std::int64_t room = long_one().tokens(); room > 0; --room) {
        transcript told = long_one();
        const transcript::fit result = told.trim(room);
        check_pairs(told);
        const std::string now = shown(told);
        BOOST_TEST(now.starts_with("s:prompt|u:"));
        BOOST_TEST(now.find("u:now|a:") != std::string::npos);
        BOOST_TEST((told.tokens() <= room) == (result != transcript::fit::too_large));
    }
}

BOOST_AUTO_TEST_CASE(the_oldest_goes_first) {
    transcript told = long_one();
    BOOST_TEST((told.trim(told.tokens() - 1) == transcript::fit::trimmed));
    BOOST_TEST(shown(told).find("one") == std::string::npos);
    BOOST_TEST(shown(told).find("two") != std::string::npos);
    BOOST_TEST((told.trim(1) == transcript::fit::too_large));
    BOOST_TEST(told.messages().size() == 5U);
}

BOOST_AUTO_TEST_CASE(tokens_are_estimated_by_script) {
    BOOST_TEST(estimate_tokens("") == 0);
    BOOST_TEST(estimate_tokens(std::string(400, 'a')) == 100);
    BOOST_TEST(estimate_tokens("日本語") == 3);
}

BOOST_AUTO_TEST_CASE(no_script_has_fewer_tokens_than_the_least) {
    BOOST_TEST(least_tokens("") == 0);
    BOOST_TEST(least_tokens(std::string(400, 'a')) == 50);
    BOOST_TEST(least_tokens("приветпривет") == 2);
    BOOST_TEST(least_tokens("日本語日本語") == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
