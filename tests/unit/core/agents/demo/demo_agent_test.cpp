#include "core/agents/demo/demo_agent.hpp"

#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "tests/support/recorded_run.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

namespace clarion::agents::demo::test {

namespace {

/// One conversation with the demo agent, up to but without the terminal.
struct demo_fixture {
    explicit demo_fixture(std::string text) : demo_fixture(with_text(std::move(text))) {}
    explicit demo_fixture(support::recorded_run_options with) : run(std::move(with)) {
        tools::add_builtin_tools(registry);
        add_demo_tools(registry);
        dispatcher.emplace(run.scope(), run.bridge(), registry, run.calls(), limits_of(*demo));
    }

    static support::recorded_run_options with_text(std::string text) {
        support::recorded_run_options with;
        with.text = std::move(text);
        return with;
    }
    static task<> run_agent(
        const agent& demo,
        support::recorded_run& run,
        tool_dispatcher& tools,
        outcome& into
    ) {
        into = co_await demo.run(*run.scope(), run.bridge(), tools);
    }
    void start() { run.start(run_agent(*demo, run, *dispatcher, ended)); }
    void talk() {
        start();
        run.finish();
    }

    /// Everything between `agent_started` and the terminal.
    std::vector<std::string> types() const {
        auto names = run.types();
        names.erase(names.begin());
        return names;
    }
    std::string reasoning() const { return run.all<protocol::agent_thinking>().at(0).reasoning; }
    std::string text() const { return run.all<protocol::assistant_message>().at(0).text; }
    protocol::tool_executing executing() const { return run.all<protocol::tool_executing>().at(0); }
    bool is_completed() const { return std::holds_alternative<completed>(ended); }
    duration elapsed() { return run.world().now() - began; }

    support::recorded_run run;
    tool_registry registry;
    std::unique_ptr<agent> demo = make_demo_agent();
    std::optional<tool_dispatcher> dispatcher;
    outcome ended = stopped();
    time_point began = run.world().now();
};

const std::vector<std::string> five_stages{
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "text_delta",
    "assistant_message"
};

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Talks, and expects the five stages, this tool and this part of the answer.
void expect(const char* message, const char* tool_name, const char* part) {
    BOOST_TEST_CONTEXT(message) {
        demo_fixture f{std::string(message)};
        f.talk();
        BOOST_TEST(f.types() == five_stages, boost::test_tools::per_element());
        BOOST_TEST(f.is_completed());
        BOOST_TEST(f.executing().tool_name == tool_name);
        BOOST_TEST(holds(f.reasoning(), tool_name), f.reasoning());
        BOOST_TEST(holds(f.reasoning(), message), f.reasoning());
        BOOST_TEST(holds(f.text(), part), f.text());
        BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
        BOOST_TEST(f.run.types().back() == "agent_completed");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_agent)

BOOST_AUTO_TEST_CASE(plain_text_goes_through_its_tool_in_five_stages) {
    expect("what is (17+3)*2.5?", "calculator", "(17+3)*2.5 = 50");
    expect("what time is it?", "clock", "It is 14:13:21 UTC on Monday, 2026-09-21.");
    expect("search for whales", "search_thread", "no earlier message with \"whales\"");
    expect("hello there", "text_stats", "2 words, 11 characters");
}

BOOST_AUTO_TEST_CASE(slash_commands_go_through_the_same_tools) {
    expect("/calc 2^10", "calculator", "2^10 = 1024");
    expect("/time", "clock", "UTC");
    expect("/search ants", "search_thread", "no earlier message with \"ants\"");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_computed_is_said_and_the_run_completes) {
    expect("what is 1/0?", "calculator", "I cannot compute \"1/0\": ");
    expect("/calc 2+*3", "calculator", "I cannot compute \"2+*3\": ");
}

BOOST_AUTO_TEST_CASE(what_was_found_is_shown) {
    auto with = demo_fixture::with_text("find whale");
    with.history = std::make_shared<support::memory_history>(std::vector<ports::past_message>{
        {1, ports::author::user, "I like whales", 0},
        {5, ports::author::assistant, "Whales are mammals", 0},
    });
    demo_fixture f(std::move(with));
    f.talk();
    BOOST_TEST(
        f.text() ==
        "I found 2 earlier messages with \"whale\":\n- you: I like whales\n- me: Whales are mammals"
    );
}

BOOST_AUTO_TEST_CASE(the_reasoning_is_made_from_the_message_and_short) {
    demo_fixture one("hello there"), other("goodbye then");
    one.talk();
    other.talk();
    BOOST_TEST(one.reasoning() != other.reasoning());
    demo_fixture large(std::string(32768, 'x'));
    large.talk();
    BOOST_TEST(large.reasoning().size() < 1024U);
    BOOST_TEST(large.is_completed());
    BOOST_TEST(large.run.all<protocol::agent_thinking>().at(0).step_number == 1);
}

BOOST_AUTO_TEST_CASE(the_largest_legal_message_is_measured_whatever_is_in_it) {
    for (const char character : {'"', '\n', '\x01'}) {
        demo_fixture f("a" + std::string(32767, character));
        f.talk();
        BOOST_TEST(holds(f.text(), "32768 bytes"), f.text());
    }
}

BOOST_AUTO_TEST_CASE(answers_are_streamed_word_by_word) {
    auto with = demo_fixture::with_text("hello there");
    with.journal.delta_window = duration(0);
    demo_fixture f(std::move(with));
    f.talk();
    std::string whole;
    for (const auto& delta : f.run.all<protocol::text_delta>())
        whole += delta.delta;
    BOOST_TEST(whole == f.text());
    BOOST_TEST(f.run.all<protocol::text_delta>().at(0).delta == "Your");
}

BOOST_AUTO_TEST_CASE(a_story_has_one_delta_a_word_and_one_word_each_pause) {
    demo_fixture f("/story 5");
    f.talk();
    std::vector<std::string> words;
    for (const auto& delta : f.run.all<protocol::text_delta>())
        words.push_back(delta.delta);
    const std::vector<std::string> expected{"word-1", " word-2", " word-3", " word-4", " word-5"};
    BOOST_TEST(words == expected, boost::test_tools::per_element());
    BOOST_TEST(f.text() == "word-1 word-2 word-3 word-4 word-5");
    BOOST_TEST((f.elapsed() == milliseconds(400)));
    BOOST_TEST(f.is_completed());
    std::vector<std::int64_t> times;
    for (const protocol::event& event : f.run.sink().events())
        if (event.type == protocol::event_type::text_delta)
            times.push_back(event.timestamp_ms - 1790000001000);
    const std::vector<std::int64_t> each_pause{0, 100, 200, 300, 400};
    BOOST_TEST(times == each_pause, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_longest_story_fits_in_one_message) {
    demo_fixture f("/story 40000 0");
    f.talk();
    BOOST_TEST(f.is_completed());
    BOOST_TEST(f.text().ends_with(" word-39999 word-40000"));
    BOOST_TEST((f.elapsed() < milliseconds(1000)));
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
}

BOOST_AUTO_TEST_CASE(a_cancelled_story_keeps_what_it_has_told) {
    demo_fixture f("/story 100 10");
    f.start();
    f.run.world().run_for(milliseconds(45));
    f.run.cancel();
    BOOST_CHECK_THROW(f.run.finish(), boost::system::system_error);
    f.run.close(engine::run_cancelled{});
    BOOST_TEST(f.text() == "word-1 word-2 word-3 word-4 word-5");
}

BOOST_AUTO_TEST_CASE(tools_calls_as_many_as_asked_in_parallel) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
        demo_fixture f("/tools " + std::to_string(count));
        f.talk();
        BOOST_TEST(f.run.all<protocol::agent_thinking>().size() == 1U);
        BOOST_TEST(f.run.all<protocol::tool_completed>().size() == count);
        std::set<std::string> arguments;
        for (const auto& executing : f.run.all<protocol::tool_executing>()) {
            BOOST_TEST(executing.tool_name == "text_stats");
            arguments.insert(executing.arguments.text);
        }
        BOOST_TEST(arguments.size() == count);
        const auto types = f.types();
        const auto first_end = std::ranges::find(types, "tool_completed");
        BOOST_TEST(std::count(types.begin(), first_end, "tool_executing") == std::ptrdiff_t(count));
        BOOST_TEST(f.is_completed());
    }
}

BOOST_AUTO_TEST_CASE(fail_ends_in_tool_failed_after_the_tool_did) {
    demo_fixture f("/fail");
    f.talk();
    const std::vector<std::string> expected{"agent_thinking", "tool_executing", "tool_completed"};
    BOOST_TEST(f.types() == expected, boost::test_tools::per_element());
    const auto& ended = std::get<failed>(f.ended);
    BOOST_TEST((ended.code == protocol::agent_error_code::tool_failed));
    BOOST_TEST(holds(ended.message, "failing_tool failed: "), ended.message);
    const auto tool = f.run.all<protocol::tool_completed>().at(0);
    BOOST_TEST((tool.outcome == protocol::tool_outcome::error));
}

BOOST_AUTO_TEST_CASE(throw_thinks_and_throws) {
    demo_fixture f("/throw");
    BOOST_CHECK_THROW(f.talk(), std::runtime_error);
    const std::vector<std::string> expected{"agent_thinking"};
    BOOST_TEST(f.types() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(hang_runs_into_its_time_out_and_says_so) {
    demo_fixture f("/hang");
    f.talk();
    BOOST_TEST(f.types() == five_stages, boost::test_tools::per_element());
    const auto tool = f.run.all<protocol::tool_completed>().at(0);
    BOOST_TEST((tool.outcome == protocol::tool_outcome::timeout));
    BOOST_TEST(tool.duration_ms == 2000);
    BOOST_TEST(holds(f.text(), "did not finish within 2000 ms"), f.text());
    BOOST_TEST(f.is_completed());
}

BOOST_AUTO_TEST_CASE(think_takes_as_many_steps_as_asked_and_no_two_are_alike) {
    for (const std::int64_t count : {1, 2, 100}) {
        demo_fixture f("/think " + std::to_string(count));
        f.talk();
        std::set<std::string> thoughts;
        std::int64_t number = 0;
        for (const auto& step : f.run.all<protocol::agent_thinking>()) {
            BOOST_TEST(step.step_number == ++number);
            BOOST_TEST(holds(step.reasoning, "/think " + std::to_string(count)), step.reasoning);
            thoughts.insert(step.reasoning);
        }
        BOOST_TEST(number == count);
        BOOST_TEST(thoughts.size() == static_cast<std::size_t>(count));
        BOOST_TEST(f.is_completed());
    }
}

BOOST_AUTO_TEST_CASE(help_and_what_is_no_command_answer_with_help_and_complete) {
    const std::vector<std::string> expected{"agent_thinking", "text_delta", "assistant_message"};
    for (const char* text : {"/help", "/dance", "/story many", "/approve"}) {
        demo_fixture f{std::string(text)};
        f.talk();
        BOOST_TEST(f.types() == expected, boost::test_tools::per_element());
        BOOST_TEST(holds(f.text(), "/calc EXPR"), f.text());
        BOOST_TEST(f.is_completed());
    }
    demo_fixture f("/dance");
    f.talk();
    BOOST_TEST(f.text().starts_with("There is no command /dance.\n"), f.text());
}

BOOST_AUTO_TEST_CASE(a_refusal_at_any_step_stops_it) {
    for (const char* text :
         {"1+1",
          "/time",
          "find x",
          "hello",
          "/story 3",
          "/tools 3",
          "/fail",
          "/hang",
          "/report this",
          "/handoff",
          "/think 3",
          "/help"}) {
        const auto events_of_all = [&] {
            demo_fixture f{std::string(text)};
            f.talk();
            return f.run.sink().events().size();
        }();
        for (std::size_t events = 1; events < events_of_all; ++events) {
            BOOST_TEST_CONTEXT(text << " after " << events) {
                demo_fixture f{std::string(text)};
                f.start();
                f.run.world().run([&] { return f.run.sink().events().size() >= events; });
                if (f.run.sink().events().size() == events_of_all)
                    continue;  // the last events came in one batch
                f.run.sink().break_down();
                f.run.finish();
                BOOST_TEST(std::holds_alternative<stopped>(f.ended));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_registry_has_each_tool_that_the_agent_names) {
    const auto demo = make_demo_agent();
    tool_registry registry;
    tools::add_builtin_tools(registry);
    add_demo_tools(registry);
    for (const std::string& name : demo->tool_names())
        BOOST_TEST((registry.find(name) != nullptr), name);
    BOOST_TEST(demo->name() == "demo");
    BOOST_TEST(!demo->description().empty());
    BOOST_TEST(demo->parallel_tools_max() == 64U);
}

BOOST_AUTO_TEST_CASE(it_answers_under_another_name) {
    const auto guide = make_demo_agent({"guide", "Shows what there is"});
    BOOST_TEST(guide->name() == "guide");
    BOOST_TEST(guide->description() == "Shows what there is");
    BOOST_TEST(make_demo_agent({"guide", ""})->description() == make_demo_agent()->description());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::demo::test
