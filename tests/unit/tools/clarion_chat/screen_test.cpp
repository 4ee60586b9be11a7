#include "tools/clarion-chat/screen.hpp"

#include "tools/clarion-chat/run_activity.hpp"

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace clarion::chat;
namespace json = boost::json;

namespace {

terminal_facts facts(const std::string& term, const std::string& no_color = "") {
    return {true, term, no_color, "en_US.UTF-8"};
}

struct activity {
    run_activity now;

    std::string after(std::string_view type, const json::object& payload) {
        now.take(type, payload);
        return now.words();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_screen)

BOOST_AUTO_TEST_CASE(a_pipe_and_a_dumb_terminal_get_plain_text_and_no_color_no_colours) {
    BOOST_TEST((rendering_on({false, "xterm", "", ""}) == rendering::plain));
    BOOST_TEST((rendering_on(facts("dumb")) == rendering::plain));
    BOOST_TEST((rendering_on(facts("")) == rendering::plain));
    BOOST_TEST((rendering_on(facts("xterm", "1")) == rendering::monochrome));
    BOOST_TEST((rendering_on(facts("xterm")) == rendering::terminal));
}

BOOST_AUTO_TEST_CASE(the_spinner_turns_in_its_place_and_makes_room) {
    screen on(facts("xterm"), rendering::monochrome);
    BOOST_TEST(on.make_room().empty());
    BOOST_TEST(on.spin("Running calculator…") == "⠋ Running calculator…");
    BOOST_TEST(on.spin("Running calculator…") == "\r\x1b[K⠙ Running calculator…");
    BOOST_TEST(on.make_room() == "\r\x1b[K");
    BOOST_TEST(on.make_room().empty());
    on.spin("x");
    BOOST_TEST(on.spin("") == "\r\x1b[K");
    BOOST_TEST(on.spin("").empty());
}

BOOST_AUTO_TEST_CASE(only_a_terminal_with_colours_gets_a_dim_spinner) {
    screen on(facts("xterm"), rendering::terminal);
    BOOST_TEST(on.spin("x") == "\x1b[2m⠋ x\x1b[0m");
    screen plain(facts("dumb"), rendering::plain);
    BOOST_TEST(plain.spin("x").empty());
}

BOOST_AUTO_TEST_CASE(without_a_utf8_locale_the_spinner_is_ascii) {
    screen on({true, "xterm", "1", "C"}, rendering::monochrome);
    BOOST_TEST(on.spin("x") == "- x");
}

BOOST_AUTO_TEST_CASE(a_prompt_stays_until_something_is_printed_or_typed) {
    screen on(facts("xterm"), rendering::terminal);
    BOOST_TEST(on.prompt() == "> ");
    BOOST_TEST(on.spin("x").empty());
    BOOST_TEST(on.has_prompt());
    BOOST_TEST(on.make_room() == "\r\x1b[K");
    BOOST_TEST(!on.has_prompt());
    on.prompt();
    on.line_typed();
    BOOST_TEST(on.make_room().empty());
    screen dumb(facts("dumb"), rendering::plain);
    dumb.prompt();
    BOOST_TEST(dumb.make_room() == "\n");
}

BOOST_FIXTURE_TEST_CASE(the_activity_of_a_run_follows_its_events, activity) {
    BOOST_TEST(now.words().empty());
    BOOST_TEST(after("run_queued", {}) == "waiting in line…");
    BOOST_TEST(after("agent_started", {{"agent_name", "demo"}}) == "demo is thinking…");
    const json::object first{{"tool_call_id", "1"}, {"tool_name", "calculator"}};
    const json::object second{{"tool_call_id", "2"}, {"tool_name", "clock"}};
    BOOST_TEST(after("tool_executing", first) == "Running calculator…");
    BOOST_TEST(after("tool_executing", second) == "Running 2 tools…");
    BOOST_TEST(after("tool_completed", first) == "Running clock…");
    BOOST_TEST(after("tool_completed", second) == "demo is thinking…");
    BOOST_TEST(after("agent_handoff", {{"to", "helper"}}) == "helper is thinking…");
    BOOST_TEST(after("text_delta", {}).empty());
    BOOST_TEST(after("agent_thinking", {{"agent_name", "demo"}}) == "demo is thinking…");
    BOOST_TEST(after("agent_completed", {}).empty());
}

BOOST_FIXTURE_TEST_CASE(a_name_steers_no_terminal_and_stays_short, activity) {
    const json::object evil{
        {"tool_call_id", "1"},
        {"tool_name", "\x1b[2J" + std::string(100, 'x')}
    };
    const std::string words = after("tool_executing", evil);
    BOOST_TEST(words.find('\x1b') == std::string::npos);
    BOOST_TEST(words.size() < 80U);
}

BOOST_AUTO_TEST_SUITE_END()
