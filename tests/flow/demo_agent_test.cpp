// PROTOCOL §9, row by row: what each message to the demo agent makes of a run.
#include "tests/flow/approval_flow.hpp"

#include <algorithm>
#include <map>

namespace clarion::flow_test {

namespace {

/// `thinking tool tool text` and so on: the events between agent_started and the end in short, a
/// tool's pair as one word where it stands together, a series of deltas and its message as another.
using shape = std::string;

struct row {
    std::string message;
    shape events;
    std::string tools;  // names of the tools called, in order
    std::string terminal = "agent_completed";
    std::string said;  // part of the assistant's message, or of the error
};

const std::string help = "Commands:";

const std::vector<row> section{
    // "an arithmetic expression in it is computed with calculator"
    {"what is (17+3)*2.5?", "thinking tool text", "calculator", "agent_completed", "50"},
    // "a question about the time or date calls clock"
    {"what time is it?", "thinking tool text", "clock", "agent_completed", "UTC"},
    {"which date is today?", "thinking tool text", "clock", "agent_completed", "UTC"},
    // "search … or find … calls search_thread over the thread's own history"
    {"search whales", "thinking tool text", "search_thread", "agent_completed", "\"whales\""},
    {"find whales", "thinking tool text", "search_thread", "agent_completed", "\"whales\""},
    // "anything else calls text_stats and answers with what it found"
    {"hello there", "thinking tool text", "text_stats", "agent_completed", "2 words"},
    // "a leading search or find wins over arithmetic, arithmetic over time"
    {"find 2+2", "thinking tool text", "search_thread", "agent_completed", "\"2+2\""},
    {"search what time is it", "thinking tool text", "search_thread", "agent_completed", "time"},
    {"what time is 2+2?", "thinking tool text", "calculator", "agent_completed", "= 4"},
    {"I find that 2+2 is", "thinking tool text", "calculator", "agent_completed", "= 4"},
    {"/calc 2^10", "thinking tool text", "calculator", "agent_completed", "= 1024"},
    {"/time", "thinking tool text", "clock", "agent_completed", "UTC"},
    {"/search ants", "thinking tool text", "search_thread", "agent_completed", "\"ants\""},
    {"/story 3", "thinking text", "", "agent_completed", "word-1 word-2 word-3"},
    {"/story 3 0", "thinking text", "", "agent_completed", "word-1 word-2 word-3"},
    {"/tools 1", "thinking tool text", "text_stats", "agent_completed", "1 call "},
    {"/fail", "thinking tool", "failing_tool", "agent_error", "tool_failed"},
    {"/throw", "thinking", "", "agent_error", "internal"},
    {"/hang", "thinking tool text", "sleeping_tool", "agent_completed", "time-out"},
    {"/approve X", "thinking asked resolved tool text", "guarded_tool", "agent_completed", "X"},
    {"/report ants",
     "thinking tool progress tool progress text report",
     "text_stats search_thread",
     "agent_completed",
     "ants"},
    {"/handoff", "thinking handoff thinking text", "", "agent_completed", "demo-helper"},
    {"/think 3", "thinking thinking thinking text", "", "agent_completed", "3"},
    {"/help", "thinking text", "", "agent_completed", help},
    // "An unknown or malformed command answers with help and completes."
    {"/dance", "thinking text", "", "agent_completed", help},
    {"/", "thinking text", "", "agent_completed", help},
    {"/story 40001", "thinking text", "", "agent_completed", help},
    {"/story", "thinking text", "", "agent_completed", help},
    {"/tools 65", "thinking text", "", "agent_completed", help},
    {"/tools 0", "thinking text", "", "agent_completed", help},
    {"/think 101", "thinking text", "", "agent_completed", help},
    {"/calc", "thinking text", "", "agent_completed", help},
    {"/approve", "thinking text", "", "agent_completed", help},
    {"/report", "thinking text", "", "agent_completed", help},
    {"/handoff now", "thinking text", "", "agent_completed", help},
};

const std::map<std::string, std::string> short_names{
    {"agent_thinking", "thinking"},
    {"tool_executing", "tool"},
    {"assistant_message", "text"},
    {"progress_update", "progress"},
    {"agent_handoff", "handoff"},
    {"approval_requested", "asked"},
    {"approval_resolved", "resolved"},
    {"final_report", "report"},
};

shape shape_of(const flow_client& client) {
    shape text;
    for (const std::string& type : client.event_types())
        if (const auto known = short_names.find(type); known != short_names.end())
            text += (text.empty() ? "" : " ") + known->second;
    return text;
}

std::string tools_of(const flow_client& client) {
    std::string names;
    for (const auto& frame : client.frames("tool_executing"))
        names += (names.empty() ? "" : " ") + text_of(frame.at("payload").as_object(), "tool_name");
    return names;
}

/// One message to a server of its own, whoever is asked says yes.
flow_client& talk(flow_server& server, const std::string& message) {
    flow_client& ada = server.connect("ada");
    ada.asks("m1", message);
    server.world().run_for(milliseconds(100));
    for (const auto& asked : ada.frames("approval_requested")) {
        const auto& payload = asked.at("payload").as_object();
        ada.sends(approve_frame(text_of(payload, "approval_id"), "allow"));
    }
    server.settle();
    return ada;
}

std::vector<std::string> reasonings(const flow_client& client) {
    std::vector<std::string> found;
    for (const auto& frame : client.frames("agent_thinking"))
        found.push_back(text_of(frame.at("payload").as_object(), "reasoning"));
    return found;
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_agent_section)

BOOST_AUTO_TEST_CASE(each_message_makes_the_run_that_the_section_says) {
    for (const row& expected : section) {
        BOOST_TEST_CONTEXT(expected.message) {
            flow_server server;
            flow_client& ada = talk(server, expected.message);
            BOOST_TEST(shape_of(ada) == expected.events);
            BOOST_TEST(tools_of(ada) == expected.tools);
            BOOST_TEST(ada.event_types().back() == expected.terminal);
            const bool completed = expected.terminal == "agent_completed";
            const auto last = payload_of(ada, completed ? "assistant_message" : "agent_error");
            const std::string said = text_of(last, completed ? "text" : "code");
            BOOST_TEST(holds(said, expected.said), said);
            check_run(ada);
        }
    }
}

// "`reasoning` is made from this message, never a constant" (§4): it quotes the message, and names
// the first tool.
BOOST_AUTO_TEST_CASE(each_reasoning_is_made_from_its_message) {
    for (const row& expected : section) {
        BOOST_TEST_CONTEXT(expected.message) {
            flow_server server;
            const flow_client& ada = talk(server, expected.message);
            const auto thoughts = reasonings(ada);
            for (const std::string& thought : thoughts)
                BOOST_TEST(holds(thought, "\"" + expected.message + "\""), thought);
            const std::string first_tool = expected.tools.substr(0, expected.tools.find(' '));
            BOOST_TEST(holds(thoughts.at(0), first_tool), thoughts.at(0));
        }
    }
}

// "one each MS milliseconds, default 100, 0 = without pause; N ≤ 40,000; no trailing space; one
// delta per word unless the delta window merges them"
BOOST_AUTO_TEST_CASE(a_story_is_told_word_by_word_in_its_time) {
    flow_server server;
    const flow_client& ada = talk(server, "/story 4");
    std::vector<std::string> deltas;
    std::vector<std::int64_t> times;
    for (const auto& frame : ada.frames("text_delta")) {
        deltas.push_back(text_of(frame.at("payload").as_object(), "delta"));
        times.push_back(frame.at("timestamp").as_int64());
    }
    const std::vector<std::string> words{"word-1", " word-2", " word-3", " word-4"};
    BOOST_TEST(deltas == words, boost::test_tools::per_element());
    for (std::size_t index = 1; index < times.size(); ++index)
        BOOST_TEST(times[index] - times[index - 1] == 100);

    flow_server other;
    const flow_client& eve = talk(other, "/story 40000 0");
    const std::string whole = text_of(payload_of(eve, "assistant_message"), "text");
    BOOST_TEST(whole.starts_with("word-1 word-2 "));
    BOOST_TEST(whole.ends_with(" word-40000"));
    BOOST_TEST(std::ranges::count(whole, ' ') == 39999);
    check_run(eve);
}

// "N ≤ 64 text_stats calls in parallel"
BOOST_AUTO_TEST_CASE(tools_are_called_in_parallel) {
    flow_server server;
    const flow_client& ada = talk(server, "/tools 64");
    const auto types = ada.event_types();
    const auto first_end = std::ranges::find(types, "tool_completed");
    BOOST_TEST(std::count(types.begin(), first_end, "tool_executing") == 64);
    BOOST_TEST(std::count(types.begin(), types.end(), "tool_completed") == 64);
    check_run(ada);
}

// "a tool that runs into its time-out of 2 s; the run then completes and says so"
BOOST_AUTO_TEST_CASE(hang_ends_after_two_seconds) {
    flow_server server;
    const flow_client& ada = talk(server, "/hang");
    const auto executing = ada.only("tool_executing").at("timestamp").as_int64();
    const auto completed = ada.only("tool_completed").at("timestamp").as_int64();
    BOOST_TEST(completed - executing == 2000);
    BOOST_TEST(text_of(payload_of(ada, "tool_completed"), "outcome") == "timeout");
}

// "one thought, two tools, two `progress_update`s, an `assistant_message`, a `final_report`"
BOOST_AUTO_TEST_CASE(a_report_tells_how_far_it_is_and_what_it_found) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "I like ants a lot");
    ada.asks("m2", "/report ants");
    server.settle();
    std::vector<std::int64_t> percents;
    for (const auto& frame : ada.frames("progress_update"))
        percents.push_back(frame.at("payload").at("percent").as_int64());
    const std::vector<std::int64_t> expected{50, 100};
    BOOST_TEST(percents == expected, boost::test_tools::per_element());
    const auto report = payload_of(ada, "final_report");
    BOOST_TEST(
        text_of(report, "text") ==
        "Report on \"ants\": 1 word, 4 characters, 4 bytes, 1 line and "
        "1 sentence; 1 earlier message with it."
    );
    BOOST_TEST(report.at("data").at("counts").at("words").as_int64() == 1);
    BOOST_TEST(report.at("data").at("search").at("hits").as_array().size() == 1U);
}

// "`agent_handoff` to `demo-helper`, which answers": what follows is the helper's, the end too.
BOOST_AUTO_TEST_CASE(after_a_handoff_everything_is_the_helpers) {
    flow_server server;
    const flow_client& ada = talk(server, "/handoff");
    const auto handed = payload_of(ada, "agent_handoff");
    BOOST_TEST(text_of(handed, "from") == "demo");
    BOOST_TEST(text_of(handed, "to") == "demo-helper");
    bool after = false;
    std::vector<std::string> by_helper;
    for (const auto& frame : ada.frames()) {
        const std::string type = text_of(frame, "type");
        after = after || type == "agent_handoff";
        const auto* payload = frame.if_contains("payload");
        if (payload == nullptr || !payload->as_object().contains("agent_name"))
            continue;
        const std::string name = text_of(payload->as_object(), "agent_name");
        BOOST_TEST(name == (after ? "demo-helper" : "demo"), type << " by " << name);
        if (after && (by_helper.empty() || by_helper.back() != type))
            by_helper.push_back(type);
    }
    const std::vector<std::string> expected{
        "agent_thinking",
        "text_delta",
        "assistant_message",
        "agent_completed"
    };
    BOOST_TEST(by_helper == expected, boost::test_tools::per_element());
    const auto thoughts = ada.frames("agent_thinking");
    BOOST_TEST(thoughts.at(1).at("payload").at("step_number").as_int64() == 2);
}

// "`/help` lists all": each command that the section names, and each that it lists is one.
BOOST_AUTO_TEST_CASE(help_lists_every_command) {
    flow_server server;
    const std::string text =
        text_of(payload_of(talk(server, "/help"), "assistant_message"), "text");
    for (const char* command :
         {"/calc EXPR",
          "/time",
          "/search TEXT",
          "/story N [MS]",
          "/tools N",
          "/fail",
          "/throw",
          "/hang",
          "/approve TEXT",
          "/report TEXT",
          "/handoff",
          "/think N",
          "/help"})
        BOOST_TEST(holds(text, "\n" + std::string(command) + ": "), command);
    BOOST_TEST(std::ranges::count(text, '\n') == 13);
}

// "deterministic": the same message makes the same events, but for ids and times.
BOOST_AUTO_TEST_CASE(the_same_message_makes_the_same_run) {
    for (const row& expected : section) {
        flow_server one;
        flow_server other;
        const flow_client& ada = talk(one, expected.message);
        const flow_client& eve = talk(other, expected.message);
        BOOST_TEST(ada.event_types() == eve.event_types(), boost::test_tools::per_element());
        BOOST_TEST(reasonings(ada) == reasonings(eve), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
