#include "tests/unit/net/model/model_conversation.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace clarion;
using namespace clarion::model;
using namespace clarion::model::test;
using std::chrono::seconds;
using code = protocol::agent_error_code;
using kind = server_step::kind;

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(chat_model_)

BOOST_FIXTURE_TEST_CASE(a_model_answers, conversation) {
    server.scripts = {saying("Hello")};
    ports::model_request request;
    request.messages = {{.by = ports::speaker::user, .text = "Hi"}};
    const heard result = ask("first", request);
    BOOST_TEST(result.text == "Hello");
    BOOST_REQUIRE_MESSAGE(
        result.answer.has_value(),
        (result.failure ? result.failure->message : std::string("nothing"))
    );
    BOOST_TEST((result.answer->how == ports::model_finish::stopped));
    BOOST_TEST(result.notices.empty());
    const std::string& sent = server.requests.at(0);
    BOOST_TEST(sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    BOOST_TEST(contains(sent, "\r\nAuthorization: Bearer sesame\r\n"));
    BOOST_TEST(contains(sent, R"("model":"m-first")"));
}

BOOST_FIXTURE_TEST_CASE(a_connection_serves_the_next_answer_too, conversation) {
    server.scripts = {saying("one"), saying("two")};
    ask();
    BOOST_TEST(ask().text == "two");
    BOOST_TEST(server.connections.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(tokens_are_told_with_model_and_provider, conversation) {
    const std::string counted = event_of(
        R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}})"
    );
    server.scripts = {
        {{.bytes = stream_head + said("x") +
                   event_of(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})") + counted +
                   event_of("[DONE]") + stream_tail}}
    };
    const heard result = ask();
    BOOST_REQUIRE((result.answer && result.answer->usage));
    BOOST_TEST(result.answer->usage->total_tokens == 9);
    BOOST_TEST(*result.answer->usage->provider == "first");
    BOOST_TEST(*result.answer->usage->model == "m-first");
}

BOOST_FIXTURE_TEST_CASE(calls_bear_the_names_of_the_tools, conversation) {
    server.scripts = {
        {{.bytes = stream_head +
                   event_of(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c",)"
                            R"("function":{"name":"files__read","arguments":"{}"}}]}}]})") +
                   finished() + stream_tail}}
    };
    ports::model_request request;
    request.tools = {{"files.read", "Reads", {"{}"}}};
    const heard result = ask("first", request);
    BOOST_REQUIRE(result.answer);
    BOOST_TEST(result.answer->calls.at(0).name == "files.read");
}

BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_stream_is_understood, conversation) {
    server.scripts = {
        {{.bytes = whole_answer(
              200,
              R"({"choices":[{"message":{"role":"assistant","content":"Hello"},)"
              R"("finish_reason":"stop"}],"usage":{"prompt_tokens":1,)"
              R"("completion_tokens":1,"total_tokens":2}})"
          )}}
    };
    const heard result = ask();
    BOOST_TEST(result.text == "Hello");
    BOOST_REQUIRE((result.answer && result.answer->usage));
}

BOOST_FIXTURE_TEST_CASE(a_refused_stream_option_is_left_out_from_then_on, conversation) {
    server.scripts = {
        {{.bytes = whole_answer(400, R"({"error":"unknown field stream_options"})")}},
        saying("one"),
        saying("two"),
    };
    const heard result = ask();
    BOOST_TEST(result.text == "one");
    BOOST_TEST(result.notices.empty());
    ask();
    BOOST_TEST(contains(server.requests.at(0), "stream_options"));
    BOOST_TEST(!contains(server.requests.at(1), "stream_options"));
    BOOST_TEST(!contains(server.requests.at(2), "stream_options"));
}

BOOST_FIXTURE_TEST_CASE(what_may_pass_is_tried_again_and_told, conversation) {
    server.scripts = {{{.what = kind::end}}, refusing(503), refusing(429), saying("Hello")};
    const heard result = ask();
    BOOST_TEST(result.text == "Hello");
    BOOST_REQUIRE(result.notices.size() == 3U);
    BOOST_TEST(result.notices.at(0).starts_with("model first: the model server hung up"));
    BOOST_TEST(contains(result.notices.at(0), "attempt 2 of 4 in "));
    BOOST_TEST(contains(result.notices.at(1), "the model server answered 503: no; "));
    BOOST_TEST(contains(result.notices.at(2), "attempt 4 of 4 in "));
}

BOOST_FIXTURE_TEST_CASE(a_server_is_left_alone_for_as_long_as_it_asked, conversation) {
    server.scripts = {refusing(429, "Retry-After: 7\r\n"), saying("Hello")};
    const time_point before = world.now();
    BOOST_TEST(ask().text == "Hello");
    const duration took = world.now() - before;
    BOOST_TEST((took >= seconds(7) && took <= milliseconds(7500)));
}

BOOST_FIXTURE_TEST_CASE(what_will_not_pass_is_not_tried_again, conversation) {
    server.scripts = {refusing(401), saying("never")};
    const heard result = ask();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_error));
    BOOST_TEST(result.failure->message == "model first: the model server answered 401: no");
    BOOST_TEST(server.requests.size() == 1U);
    BOOST_TEST(!contains(result.failure->message, "sesame"));
}

BOOST_FIXTURE_TEST_CASE(the_next_model_is_asked_and_told_when_attempts_are_spent, conversation) {
    settings.at(0).fallback = {"second"};
    server.scripts = {refusing(500), refusing(500), refusing(500), refusing(500), saying("Hi")};
    const heard result = ask();
    BOOST_TEST(result.text == "Hi");
    BOOST_REQUIRE(result.notices.size() == 4U);
    BOOST_TEST(result.notices.back().ends_with("; asking second instead"));
    BOOST_TEST(contains(server.requests.at(4), R"("model":"m-second")"));
    BOOST_REQUIRE(result.answer);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_chain_is_a_named_failure, conversation) {
    settings.at(0).fallback = {"second"};
    server.scripts = {refusing(404), refusing(404)};
    const heard result = ask();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST(result.failure->message.starts_with("model second: "));
    BOOST_TEST(result.notices.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_tried_again_once_anything_was_shown, conversation) {
    settings.at(0).fallback = {"second"};
    server.scripts = {{{.bytes = stream_head + said("Hel")}, {.what = kind::reset}}, saying("no")};
    const heard result = ask();
    BOOST_TEST(result.text == "Hel");
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_error));
    BOOST_TEST(server.requests.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(reasoning_counts_as_shown, conversation) {
    const std::string thought = event_of(R"({"choices":[{"delta":{"reasoning":"Hm."}}]})");
    server.scripts = {{{.bytes = stream_head + thought}, {.what = kind::end}}, saying("no")};
    const heard result = ask();
    BOOST_TEST(result.reasoning == "Hm.");
    BOOST_TEST(result.failure.has_value());
    BOOST_TEST(server.requests.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(
    an_error_in_the_stream_before_anything_was_shown_is_tried_again,
    conversation
) {
    const std::string error = event_of(R"({"error":{"message":"busy","code":503}})");
    server.scripts = {{{.bytes = stream_head + error + stream_tail}}, saying("Hello")};
    BOOST_TEST(ask().text == "Hello");
}

BOOST_FIXTURE_TEST_CASE(a_broken_endpoint_is_left_alone_and_comes_back, conversation) {
    for (int answer = 0; answer < 5; ++answer)
        server.scripts.push_back(refusing(500));
    BOOST_TEST(ask().failure.has_value());
    const heard fifth = ask();
    BOOST_REQUIRE(fifth.failure);
    BOOST_TEST((fifth.failure->code == code::model_unavailable));
    BOOST_TEST(contains(fifth.failure->message, "left alone for"));
    BOOST_TEST(server.requests.size() == 5U);

    const heard refused = ask();
    BOOST_REQUIRE(refused.failure);
    BOOST_TEST(server.requests.size() == 5U);
    world.run_for(seconds(10));
    server.scripts.push_back(saying("back"));
    BOOST_TEST(ask().text == "back");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
