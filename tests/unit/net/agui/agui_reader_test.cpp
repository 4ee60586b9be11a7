#include "net/agui/agui_reader.hpp"

#include "net/agui/remote_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::ports;
using agui::agui_reader;

/// What events come to, a word each.
struct in_words {
    std::string operator()(const remote_text_began& one) const { return "text " + one.id; }
    std::string operator()(const remote_text& one) const { return one.id + ":" + one.piece; }
    std::string operator()(const remote_text_ended& one) const { return "/text " + one.id; }
    std::string operator()(const remote_reasoning& one) const { return "think:" + one.piece; }
    std::string operator()(const remote_reasoning_ended&) const { return "/think"; }
    std::string operator()(const remote_call_began& one) const {
        return "call " + one.id + " " + one.name;
    }
    std::string operator()(const remote_call_arguments& one) const {
        return one.id + "=" + one.piece;
    }
    std::string operator()(const remote_call_made& one) const { return "/call " + one.id; }
    std::string operator()(const remote_call_ended& one) const {
        return "result " + one.id + " " + one.content;
    }
    std::string operator()(const remote_notice& one) const { return "notice " + one.text; }
    std::string operator()(const remote_extra& one) const { return one.name + " " + one.data.text; }
    std::string operator()(const remote_finished& one) const {
        return "finished " + (one.result ? one.result->text : "");
    }
    std::string operator()(const remote_failure& one) const { return "failure " + one.message; }
};

std::vector<std::string> read(const std::vector<std::string>& data) {
    agui_reader reader;
    std::vector<std::string> words;
    for (const std::string& one : data)
        for (const remote_event& event : reader.take(one))
            words.push_back(std::visit(in_words(), event));
    return words;
}

void check(const std::vector<std::string>& data, const std::vector<std::string>& expected) {
    BOOST_TEST(read(data) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE(agui_reader_)

BOOST_AUTO_TEST_CASE(texts_calls_and_thoughts_come_as_they_are_said) {
    check(
        {R"({"type":"RUN_STARTED","threadId":"t","runId":"r"})",
         R"({"type":"REASONING_MESSAGE_CONTENT","messageId":"x","delta":"Hm"})",
         R"({"type":"REASONING_END","messageId":"x"})",
         R"({"type":"TEXT_MESSAGE_START","messageId":"a","role":"assistant"})",
         R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"Hi"})",
         R"({"type":"TEXT_MESSAGE_END","messageId":"a"})",
         R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"w"})",
         R"({"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{}"})",
         R"({"type":"TOOL_CALL_END","toolCallId":"c"})",
         R"({"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":"ok"})",
         R"({"type":"RUN_FINISHED","threadId":"t","runId":"r","result":{"n":1}})"},
        {"think:Hm",
         "/think",
         "text a",
         "a:Hi",
         "/text a",
         "call c w",
         "c={}",
         "/call c",
         "result c ok",
         R"(finished {"n":1})"}
    );
}

BOOST_AUTO_TEST_CASE(chunks_begin_and_end_by_themselves) {
    check(
        {R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"a","role":"assistant","delta":"x"})",
         R"({"type":"TEXT_MESSAGE_CHUNK","delta":"y"})",
         R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"b","delta":"z"})",
         R"({"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"w","delta":"{"})",
         R"({"type":"TOOL_CALL_CHUNK","delta":"}"})",
         R"({"type":"RUN_FINISHED"})"},
        {"text a",
         "a:x",
         "a:y",
         "/text a",
         "text b",
         "b:z",
         "/text b",
         "call c w",
         "c={",
         "c=}",
         "/call c",
         "finished "}
    );
}

BOOST_AUTO_TEST_CASE(a_character_cut_in_half_is_joined_in_its_own_text) {
    check(
        {R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"x\ud83d"})",
         R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"b","delta":"y"})",
         R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"\ude42z"})",
         R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"a","delta":"\ud83d"})",
         R"({"type":"TEXT_MESSAGE_END","messageId":"a"})",
         R"({"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"\ud83d"})",
         R"({"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"\ude42"})",
         R"({"type":"REASONING_MESSAGE_CONTENT","delta":"\ud83d"})",
         R"({"type":"REASONING_MESSAGE_CONTENT","delta":"\ude42"})",
         R"({"type":"CUSTOM","name":"n\ud83d","value":["\ud83d\ude42"]})"},
        {"a:x",
         "b:y",
         "a:\xF0\x9F\x99\x82z",
         "a:",
         "a:\xEF\xBF\xBD",
         "/text a",
         "c=",
         "c=\xF0\x9F\x99\x82",
         "think:",
         "think:\xF0\x9F\x99\x82",
         "n\xEF\xBF\xBD [\"\xF0\x9F\x99\x82\"]"}
    );
}

BOOST_AUTO_TEST_CASE(what_has_no_place_here_is_passed_on_by_its_name) {
    check(
        {R"({"type":"STATE_DELTA","delta":[]})",
         R"({"type":"CUSTOM","name":"n","value":[1]})",
         R"({"type":"STEP_STARTED","stepName":"s"})",
         R"({"some":"thing"})"},
        {R"(STATE_DELTA {"type":"STATE_DELTA","delta":[]})",
         "n [1]",
         "notice begins s",
         R"((no type) {"some":"thing"})"}
    );
}

BOOST_AUTO_TEST_CASE(an_end_that_asks_for_something_is_no_success) {
    for (const std::string outcome :
         {R"({"type":"interrupt","interrupts":[{"id":"i","reason":"approval"}]})", R"("interrupt")"
         })
        check(
            {R"({"type":"RUN_FINISHED","outcome":)" + outcome + "}"},
            {"failure the remote agent asks for something that this server cannot answer"}
        );
    check({R"({"type":"RUN_FINISHED","outcome":{"type":"success"}})"}, {"finished "});
}

BOOST_AUTO_TEST_CASE(an_answer_that_only_a_snapshot_shows_is_said) {
    const auto snapshot = [](const std::string& last) {
        return R"({"type":"MESSAGES_SNAPSHOT","messages":[)"
               R"({"id":"1","role":"assistant","content":"old"},)"
               R"({"id":"2","role":"user","content":"q"})" +
               last + "]}";
    };
    const std::string answer = R"(,{"id":"3","role":"assistant","content":"new"},)"
                               R"({"id":"4","role":"tool","content":"t"})";
    const std::string end = R"({"type":"RUN_FINISHED"})";
    const auto words = read({snapshot(answer), end});
    const std::vector<std::string> said(words.begin() + 1, words.end());
    BOOST_TEST((said == std::vector<std::string>{"text 3", "3:new", "/text 3", "finished "}));
    // What was there before the question is no answer to it.
    BOOST_TEST(read({snapshot(""), end}).size() == 2U);
    // Nor is said twice what was streamed, under this id or another one.
    for (const std::string id : {"3", "x"})
        BOOST_TEST(
            read({R"({"type":"TEXT_MESSAGE_CONTENT","delta":"new","messageId":")" + id + R"("})",
                  snapshot(answer),
                  end})
                .size() == 3U
        );
}

BOOST_AUTO_TEST_CASE(nothing_counts_behind_the_end) {
    for (const std::string end :
         {R"({"type":"RUN_ERROR","message":"no","code":"E"})", "no json", "[1]"}) {
        agui_reader reader;
        const auto last = reader.take(end);
        BOOST_REQUIRE(last.size() == 1U);
        BOOST_TEST(std::holds_alternative<remote_failure>(last.front()));
        BOOST_TEST(reader.is_over());
        BOOST_TEST(reader.take(R"({"type":"RUN_FINISHED"})").empty());
    }
}

BOOST_AUTO_TEST_CASE(fields_of_another_type_count_as_absent) {
    check(
        {R"({"type":"TEXT_MESSAGE_CONTENT","messageId":1,"delta":{}})",
         R"({"type":"TOOL_CALL_RESULT","toolCallId":"c","content":{"a":1}})"},
        {":", R"(result c {"a":1})"}
    );
}

BOOST_AUTO_TEST_CASE(a_run_is_asked_for_with_the_thread_and_nothing_that_is_null) {
    remote_request asked;
    asked.thread_id = "t";
    asked.run_id = "r";
    asked.messages = {
        {"seq_1", remote_message::author::user, "a \"b\""},
        {"seq_2", remote_message::author::assistant, "c"},
    };
    BOOST_TEST(
        agui::run_input(asked) == R"({"threadId":"t","runId":"r","state":{},"messages":[)"
                                  R"({"id":"seq_1","role":"user","content":"a \"b\""},)"
                                  R"({"id":"seq_2","role":"assistant","content":"c"}],)"
                                  R"("tools":[],"context":[],"forwardedProps":{}})"
    );
}

BOOST_AUTO_TEST_CASE(what_is_left_open_is_bounded) {
    for (const std::string kind : {"TEXT_MESSAGE_CONTENT", "TOOL_CALL_ARGS"}) {
        const std::string id = kind == "TOOL_CALL_ARGS" ? "toolCallId" : "messageId";
        std::vector<std::string> data;
        for (std::size_t open = 0; open <= remote_open_max; ++open)
            data.push_back(
                R"({"type":")" + kind + R"(","delta":"x",")" + id + R"(":"i)" +
                std::to_string(open) + R"("})"
            );
        const std::vector<std::string> words = read(data);
        BOOST_TEST(words.size() == remote_open_max + 2);
        BOOST_TEST(words.back() == "failure the remote agent leaves more open than can be held");
        data.pop_back();
        BOOST_TEST(read(data).size() == remote_open_max);
    }
    const std::string id(remote_waiting_bytes_max + 1, 'i');
    BOOST_TEST(read({R"({"type":"TOOL_CALL_ARGS","delta":"x","toolCallId":")" + id + R"("})"})
                   .back()
                   .starts_with("failure"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
