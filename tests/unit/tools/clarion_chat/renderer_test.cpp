#include "tools/clarion-chat/renderer.hpp"

#include "tools/clarion-chat/raw_json.hpp"
#include "tools/clarion-chat/retry_delay.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace clarion::chat;

namespace {

std::string plain(std::string_view type, std::string_view payload) {
    return renderer(rendering::plain).event(type, payload);
}

std::string ending(const std::string& more) {
    return R"({"agent_name":"demo",)" + more +
           R"("execution_time_ms":12,"timing":{"queued_ms":0,"first_event_ms":0,"model_ms":0,)"
           R"("tools_ms":0},"census":{"first_seq":0,"last_seq":0,"counts":{},"text_bytes":0,)"
           R"("text_sha256":""}})";
}

struct row {
    std::string type;
    std::string payload;
    std::string line;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(renderer_words)

BOOST_AUTO_TEST_CASE(every_event_type_has_its_words) {
    const std::string tool =
        R"({"agent_name":"demo","tool_call_id":"c1","tool_name":"calculator",)";
    const row rows[] = {
        {"user_message", R"({"message_id":"m","text":"hi"})", "message: hi"},
        {"run_queued", R"({"message_id":"m","position":2})", "queued at position 2"},
        {"agent_started",
         R"({"agent_name":"demo","message_id":"m","context":{"tools":[],"history_messages":0}})",
         "demo started"},
        {"agent_thinking",
         R"({"agent_name":"demo","step_number":1,"reasoning":"so\nit is"})",
         "thinking: so it is"},
        {"agent_thinking", R"({"agent_name":"demo","step_number":1,"reasoning":""})", "thinking"},
        {"agent_thinking",
         R"({"agent_name":"sub","step_number":1,"reasoning":"x","parent_tool_call_id":"c"})",
         "sub thinking: x"},
        {"tool_executing",
         tool + R"("arguments":{"expression":"12.5"}})",
         R"(tool calculator {"expression":"12.5"})"},
        {"tool_completed",
         tool + R"("outcome":"ok","result":{"value":12.5},"duration_ms":3})",
         R"(tool calculator finished in 3 ms: {"value":12.5})"},
        {"tool_completed",
         tool + R"("outcome":"error","error":"no","duration_ms":3})",
         "tool calculator failed after 3 ms: no"},
        {"tool_completed",
         tool + R"("outcome":"timeout","error":"late","duration_ms":3})",
         "tool calculator timed out after 3 ms: late"},
        {"tool_completed",
         tool + R"("outcome":"cancelled","error":"stop","duration_ms":3})",
         "tool calculator was cancelled after 3 ms: stop"},
        {"progress_update", R"({"message":"half","percent":50})", "progress 50 %: half"},
        {"agent_handoff", R"({"from":"a","to":"b","reason":"r"})", "a hands over to b: r"},
        {"approval_requested",
         R"({"approval_id":"a1","tool_call_id":"c","tool_name":"rm","arguments":{},"expires_ms":1})",
         "tool rm waits for approval a1 {}"},
        {"approval_resolved",
         R"({"approval_id":"a1","decision":"deny","by":"ada","note":"no"})",
         "approval a1 denied by ada: no"},
        {"final_report",
         R"({"text":"all\nwell","data":{"n":1}})",
         "report\nall\nwell\nreport data {\"n\":1}"},
        {"custom", R"({"name":"n","data":[1]})", "custom n [1]"},
        {"agent_completed", ending(R"("result":{"message_id":"m"},)"), "done in 12 ms"},
        {"agent_error",
         ending(R"("code":"tool_failed","message":"it broke","retryable":false,)"),
         "error tool_failed: it broke"},
        {"agent_cancelled", ending(R"("reason":"user",)"), "cancelled (user) after 12 ms"},
        {"sparkle", R"({"x":1})", R"(event sparkle {"x":1})"},
        {"agent_error", R"({"code":"new_code"})", R"(event agent_error {"code":"new_code"})"},
    };
    for (const row& each : rows)
        BOOST_TEST(plain(each.type, each.payload) == each.line + "\n");
}

BOOST_AUTO_TEST_CASE(deltas_stream_and_the_whole_text_adds_only_what_is_missing) {
    renderer words(rendering::plain);
    BOOST_TEST(
        words.event("text_delta", R"({"agent_name":"d","message_id":"m","delta":"50 "})") == "50 "
    );
    BOOST_TEST(
        words.event("text_delta", R"({"agent_name":"d","message_id":"m","delta":"is"})") == "is"
    );
    BOOST_TEST(
        words.event(
            "assistant_message",
            R"({"agent_name":"d","message_id":"m","text":"50 is it"})"
        ) == " it\n"
    );
    BOOST_TEST(
        words.event("assistant_message", R"({"agent_name":"d","message_id":"n","text":""})").empty()
    );
}

BOOST_AUTO_TEST_CASE(a_line_in_the_middle_of_streaming_text_begins_a_new_line) {
    renderer words(rendering::plain);
    BOOST_TEST(
        words.event("text_delta", R"({"agent_name":"d","message_id":"m","delta":"a"})") == "a"
    );
    BOOST_TEST(words.event("progress_update", R"({"message":"p"})") == "\nprogress: p\n");
    BOOST_TEST(
        words.event("text_delta", R"({"agent_name":"d","message_id":"m","delta":"b\n"})") == "b\n"
    );
    BOOST_TEST(words.break_line().empty());
}

BOOST_AUTO_TEST_CASE(no_control_character_of_the_server_gets_through) {
    const std::string_view evil = "\\u001b[2J\\u009b1m\\u0007\\r";
    for (const std::string& out :
         {plain(
              "text_delta",
              R"({"agent_name":"d","message_id":"m","delta":")" + std::string(evil) + R"("})"
          ),
          plain(
              "agent_thinking",
              R"({"agent_name":"d","step_number":1,"reasoning":")" + std::string(evil) + R"("})"
          ),
          plain("agent_handoff", R"({"from":")" + std::string(evil) + R"(","to":"b"})"),
          plain("x\x1b[2J", "{}")})
        BOOST_TEST(out.find_first_of("\x1b\x07\r\xC2") == std::string::npos, out);
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_dim_thoughts_and_bold_answers_line_by_line) {
    renderer words(rendering::terminal);
    BOOST_TEST(
        words.event("agent_thinking", R"({"agent_name":"d","step_number":1,"reasoning":"x"})") ==
        "\x1b[2mthinking: x\x1b[0m\n"
    );
    BOOST_TEST(
        words.event("text_delta", R"({"agent_name":"d","message_id":"m","delta":"a\nb"})") ==
        "\x1b[1ma\x1b[0m\n\x1b[1mb"
    );
    BOOST_TEST(words.break_line() == "\x1b[0m\n");
}

BOOST_AUTO_TEST_CASE(a_long_result_is_cut_and_says_so) {
    const std::string long_text(5000, 'x');
    const std::string out = plain("custom", R"({"name":"n","data":")" + long_text + "\"}");
    BOOST_TEST(out.size() < 1100U);
    BOOST_TEST(out.find("… (5002 bytes)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_raw_member_is_found_behind_whatever_comes_before) {
    const std::string_view object = R"( { "a" : "}\",{" , "b":{"c":[1,{"c":2}]} ,"c" : 1.50 } )";
    BOOST_TEST(raw_member(object, "a") == R"("}\",{")");
    BOOST_TEST(raw_member(object, "b") == R"({"c":[1,{"c":2}]})");
    BOOST_TEST(raw_member(object, "c") == "1.50");
    BOOST_TEST(raw_member(object, "d").empty());
    BOOST_TEST(raw_member("{}", "d").empty());
}

BOOST_AUTO_TEST_CASE(waits_are_jittered_within_a_room_that_doubles_up_to_four_seconds) {
    clarion::random_source random(1);
    for (unsigned failures = 0; failures < 40; ++failures)
        for (int draw = 0; draw < 50; ++draw) {
            const auto wait = retry_delay(failures, random).count();
            BOOST_TEST(wait >= 0);
            BOOST_TEST(wait <= (failures == 0 ? 250 : failures == 1 ? 500 : 4000));
        }
}

BOOST_AUTO_TEST_SUITE_END()
