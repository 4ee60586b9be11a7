#include "net/model/chat_failure.hpp"

#include "core/protocol/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace {

using namespace clarion::model;
using code = clarion::protocol::agent_error_code;
using enum failure_kind;

BOOST_AUTO_TEST_SUITE(model_failures)

BOOST_AUTO_TEST_CASE(each_status_has_its_kind) {
    for (const unsigned status : {408U, 500U, 502U, 503U, 504U, 529U})
        BOOST_TEST((failure_of_status(status, "").what == refused), status);
    for (const unsigned status : {409U, 425U, 429U})
        BOOST_TEST((failure_of_status(status, "").what == limited), status);
    for (const unsigned status : {301U, 400U, 401U, 403U, 404U, 422U})
        BOOST_TEST((failure_of_status(status, "").what == rejected), status);
}

BOOST_AUTO_TEST_CASE(what_the_server_says_is_told) {
    const auto failure = failure_of_status(404, R"({"error":{"message":"model 'x' not found"}})");
    BOOST_TEST(failure.message == "the model server answered 404: model 'x' not found");
    BOOST_TEST(failure_of_status(502, "Bad\r\ngateway").message.ends_with("502: Bad  gateway"));
    BOOST_TEST(failure_of_status(500, "").message == "the model server answered 500");
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters) {
    std::string body;
    for (int number = 0; number < 200; ++number)
        body += "日本";
    const auto failure = failure_of_status(500, body);
    BOOST_TEST(failure.message.size() < 400U);
    BOOST_TEST(failure.message.ends_with(" …"));
    BOOST_TEST(clarion::protocol::is_utf8(failure.message));
    BOOST_TEST(clarion::protocol::is_utf8(failure_of_status(500, "\xFF\xFE").message));
}

BOOST_AUTO_TEST_CASE(a_prompt_that_is_too_long_is_told_from_other_bad_requests) {
    constexpr std::array bodies = {
        R"({"error":{"code":"context_length_exceeded","message":"x"}})",
        R"({"error":{"message":"This model's maximum context length is 8192 tokens"}})",
        R"({"error":{"type":"exceed_context_size_error","message":"x","code":400}})",
        R"({"object":"error","message":"prompt is too long"})",
    };
    for (const char* body : bodies)
        BOOST_TEST((failure_of_status(400, body).what == prompt_too_long), body);
}

BOOST_AUTO_TEST_CASE(an_empty_purse_is_not_waited_for) {
    const char* body = R"({"error":{"code":"insufficient_quota","message":"x"}})";
    BOOST_TEST((failure_of_status(429, body).what == rejected));
}

BOOST_AUTO_TEST_CASE(errors_are_found_in_each_wrapping) {
    BOOST_TEST(read_error(R"({"error":"text"})")->message == "text");
    BOOST_TEST(read_error(R"([{"error":{"message":"in a list"}}])")->message == "in a list");
    BOOST_TEST(read_error(R"({"detail":"Not Found"})")->message == "Not Found");
    BOOST_TEST(read_error(R"({"message":"bare"})")->message == "bare");
    BOOST_TEST(read_error(R"({"error":{"code":"429","message":"x"}})")->status == 429U);
    BOOST_TEST(!read_error("<html>"));
    BOOST_TEST(!read_error("{}"));
    BOOST_TEST(!read_error("[]"));
}

BOOST_AUTO_TEST_CASE(each_kind_has_its_code) {
    BOOST_TEST((error_code_of(unreachable) == code::model_unavailable));
    BOOST_TEST((error_code_of(resting) == code::model_unavailable));
    BOOST_TEST((error_code_of(limited) == code::model_unavailable));
    BOOST_TEST((error_code_of(refused) == code::model_unavailable));
    BOOST_TEST((error_code_of(first_token_late) == code::model_timeout));
    BOOST_TEST((error_code_of(went_silent) == code::model_timeout));
    BOOST_TEST((error_code_of(took_too_long) == code::model_timeout));
    BOOST_TEST((error_code_of(prompt_too_long) == code::context_truncated));
    BOOST_TEST((error_code_of(answer_too_large) == code::too_large));
    for (const failure_kind what : {cut_off, rejected, malformed})
        BOOST_TEST((error_code_of(what) == code::model_error));
}

BOOST_AUTO_TEST_CASE(being_asked_too_often_says_nothing_about_health) {
    BOOST_TEST(!counts_against_endpoint(limited));
    BOOST_TEST(!counts_against_endpoint(rejected));
    BOOST_TEST(!counts_against_endpoint(resting));
    BOOST_TEST(counts_against_endpoint(unreachable));
    BOOST_TEST(counts_against_endpoint(refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
