#include "net/agui/agui_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace clarion::agui;

/// The events of one run, told in order, each as "TYPE" and the last of a group with its cursor.
struct teller {
    std::vector<std::string> tell(const std::string& type, const std::string& payload) {
        const std::string frame = R"({"type":")" + type + R"(","thread_id":"t1","run_id":"r_1",)" +
                                  R"("epoch":"e_1","seq":)" + std::to_string(++seq) +
                                  R"(,"timestamp":5,"payload":)" + payload + "}";
        last = writer.write(boost::json::parse(frame).as_object());
        std::vector<std::string> types;
        for (std::size_t at = last.find("data: "); at != std::string::npos;
             at = last.find("data: ", at + 1)) {
            const std::size_t end = last.find('\n', at);
            const auto event = boost::json::parse(last.substr(at + 6, end - at - 6)).as_object();
            types.emplace_back(event.at("type").as_string());
        }
        return types;
    }

    agui_writer writer{"t1", "mine"};
    std::int64_t seq = 0;
    std::string last;
};

using words = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(agui_writer_)

BOOST_AUTO_TEST_CASE(a_run_is_told_from_its_message_to_its_end) {
    teller run;
    BOOST_TEST(
        (run.tell("user_message", R"({"message_id":"mine","text":"x"})") == words{"RUN_STARTED"})
    );
    BOOST_TEST(run.last.starts_with("id: e_1:1\ndata: {"));
    BOOST_TEST(run.last.find(R"("runId":"mine")") != std::string::npos);
    BOOST_TEST(run.tell("agent_started", "{}").empty());
    BOOST_TEST(
        (run.tell("agent_thinking", R"({"reasoning":"hm"})") ==
         words{
             "REASONING_START",
             "REASONING_MESSAGE_START",
             "REASONING_MESSAGE_CONTENT",
             "REASONING_MESSAGE_END",
             "REASONING_END"
         })
    );
    BOOST_TEST(run.tell("agent_thinking", R"({"reasoning":""})").empty());
    BOOST_TEST((
        run.tell("tool_executing", R"({"tool_call_id":"c","tool_name":"w","arguments":{"a":1}})") ==
        words{"TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END"}
    ));
    BOOST_TEST(
        (run.tell("tool_completed", R"({"tool_call_id":"c","outcome":"ok","result":{"b":2}})") ==
         words{"TOOL_CALL_RESULT"})
    );
    BOOST_TEST(run.last.find(R"("content":"{\"b\":2}")") != std::string::npos);
    const std::string delta = R"({"message_id":"m_1","delta":"a"})";
    BOOST_TEST(
        (run.tell("text_delta", delta) == words{"TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT"})
    );
    // The cursor stands with the last event of a group alone: what was cut in it is told again.
    BOOST_TEST(run.last.starts_with("data: "));
    BOOST_TEST(run.last.find("\n\nid: e_1:7\ndata: ") != std::string::npos);
    BOOST_TEST((run.tell("text_delta", delta) == words{"TEXT_MESSAGE_CONTENT"}));
    BOOST_TEST(
        (run.tell("assistant_message", R"({"message_id":"m_1","text":"aa"})") ==
         words{"TEXT_MESSAGE_END"})
    );
    BOOST_TEST((run.tell("progress_update", R"({"message":"x"})") == words{"CUSTOM"}));
    BOOST_TEST((run.tell("custom", R"({"name":"n","data":[1]})") == words{"CUSTOM"}));
    BOOST_TEST(run.last.find(R"("name":"n","value":[1])") != std::string::npos);
    BOOST_TEST(
        (run.tell("agent_completed", R"({"result":{"message_id":"m_1"}})") == words{"RUN_FINISHED"})
    );
    BOOST_TEST(run.writer.is_over());
    BOOST_TEST(run.tell("progress_update", R"({"message":"x"})").empty());
}

// The verifier of AG-UI takes no end while something is open, and nothing behind RUN_ERROR.
BOOST_AUTO_TEST_CASE(what_is_open_is_closed_before_the_end) {
    for (const auto& [type, payload] : {
             std::pair("agent_error", R"({"code":"deadline","message":"late"})"),
             std::pair("agent_cancelled", R"({"reason":"user"})"),
         }) {
        teller run;
        (void)run.tell("text_delta", R"({"message_id":"m_1","delta":"a"})");
        BOOST_TEST((run.tell(type, payload) == words{"TEXT_MESSAGE_END", "RUN_ERROR"}));
        BOOST_TEST(run.writer.fail("x", "y").empty());
    }
}

BOOST_AUTO_TEST_CASE(a_cursor_is_read_as_it_was_written) {
    const cursor at{"e_a:b", 12};
    const auto read = cursor_from(to_text(at));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->epoch == at.epoch);
    BOOST_TEST(read->seq == at.seq);
    for (const char* wrong : {"", ":", "e", "e:", "e:x", "e:-1", ":5", "e:99999999999999999999"})
        BOOST_TEST(!cursor_from(wrong));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
