#include "core/agents/model/model_agent.hpp"

#include "core/agents/outside/tool_catalog.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/async/sleep.hpp"
#include "tests/support/recorded_run.hpp"
#include "tests/support/scripted_models.hpp"
#include "tests/unit/core/agents/silent_source.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

namespace {

using namespace clarion;
using namespace clarion::agents;
using namespace clarion::agents::model;
using namespace clarion::support;
using code = protocol::agent_error_code;
using ports::model_finish;
using ports::speaker;
using std::chrono::seconds;

struct fixture {
    fixture() {
        tools::add_builtin_tools(registry);
        settings.name = "demo";
        settings.model = "m";
        settings.prompt = "Be brief.";
        settings.tools = {"calculator", "text_stats"};
    }

    void start() {
        tested.emplace(settings, models);
        dispatcher.emplace(run.scope(), run.bridge(), registry, run.calls(), limits_of(*tested));
        run.start(run_into());
    }
    void ask() {
        start();
        run.finish();
    }
    task<> run_into() {
        result.emplace(co_await tested->run(*run.scope(), run.bridge(), *dispatcher));
    }

    bool has_completed() const { return std::holds_alternative<completed>(result.value()); }
    const failed& failure() const {
        BOOST_REQUIRE(std::holds_alternative<failed>(result.value()));
        return std::get<failed>(*result);
    }
    const std::optional<protocol::token_usage>& usage() const {
        return std::get<completed>(result.value()).usage;
    }

    recorded_run run;
    tool_registry registry;
    scripted_models models;
    model_agent_settings settings;
    std::optional<model_agent> tested;
    std::optional<tool_dispatcher> dispatcher;
    std::optional<outcome> result;
};

ports::model_call sum(std::string arguments = R"({"expression":"1+1"})") {
    return calling("calculator", std::move(arguments));
}

ports::model_call broken_call() {
    ports::model_call call = calling("calculator", "{x");
    call.is_malformed = true;
    return call;
}

BOOST_AUTO_TEST_SUITE(model_agent_)

BOOST_FIXTURE_TEST_CASE(an_answer_is_thought_said_and_counted, fixture) {
    models.answers = {
        {thinks("Hm. "), thinks("Yes."), says("Hel"), says("lo"), stops(model_finish::stopped, 40)}
    };
    ask();
    BOOST_TEST(has_completed());
    BOOST_TEST(usage()->total_tokens == 50);
    const auto thoughts = run.all<protocol::agent_thinking>();
    BOOST_REQUIRE(thoughts.size() == 1U);
    BOOST_TEST(thoughts.at(0).reasoning == "Hm. Yes.");
    BOOST_TEST(run.all<protocol::assistant_message>().at(0).text == "Hello");
    const auto& told = models.asked.at(0);
    BOOST_REQUIRE(told.messages.size() == 2U);
    BOOST_TEST(told.messages.at(0).text == "Be brief.");
    BOOST_TEST(told.messages.at(1).text == "hello");
    BOOST_TEST(told.tools.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_long_thought_is_shown_while_it_comes, fixture) {
    const duration pause = milliseconds(400);
    models.answers = {
        {thinks("First of"),
         thinks(" all", pause),
         thinks(" it is", pause),
         thinks(" lat", pause),
         thinks("e.", pause),
         thinks(" So", seconds(60)),
         says("Hello"),
         stops()}
    };
    start();
    run.world().run_for(seconds(2));
    // A word that has only begun waits for its end.
    BOOST_REQUIRE(run.all<protocol::agent_thinking>().size() == 1U);
    BOOST_TEST(run.all<protocol::agent_thinking>().at(0).reasoning == "First of all it is");
    run.finish();
    std::string all;
    for (const auto& thought : run.all<protocol::agent_thinking>())
        all += thought.reasoning + "|";
    BOOST_TEST(all == "First of all it is|late.|So|");
}

BOOST_FIXTURE_TEST_CASE(a_silent_model_completes, fixture) {
    models.answers = {{says("\n"), stops()}};
    ask();
    BOOST_TEST(has_completed());
    BOOST_TEST(run.all<protocol::agent_thinking>().size() == 1U);
    BOOST_TEST(run.all<protocol::text_delta>().empty());
}

BOOST_FIXTURE_TEST_CASE(notices_are_progress, fixture) {
    models.answers = {{notes("attempt 2 of 4"), says("Hi"), stops()}};
    ask();
    BOOST_TEST(run.all<protocol::progress_update>().at(0).message == "attempt 2 of 4");
}

BOOST_FIXTURE_TEST_CASE(without_a_source_of_its_tools_it_gives_up_and_asks_no_model, fixture) {
    agents::test::silent_source source;
    outside::tool_catalog catalog("", {});
    catalog.add(source, {});
    registry.use(catalog);
    settings.tools = {"calculator", "files"};
    ask();
    BOOST_TEST((failure().code == code::model_unavailable));
    BOOST_TEST(failure().message == "the MCP server files has not answered yet");
    BOOST_TEST(models.asked.empty());
    catalog.list("files", {agents::test::described("read")});
    models.answers = {{says("Hi"), stops()}};
    ask();
    BOOST_TEST(has_completed());
    BOOST_TEST(models.asked.at(0).tools.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(tools_are_called_and_their_results_told, fixture) {
    models.answers = {
        {says("Let me see."), calls({sum(), calling("text_stats", R"({"text":"a b"})", "d")}, 100)},
        {says("2"), stops(model_finish::stopped, 150)},
    };
    ask();
    BOOST_TEST(has_completed());
    BOOST_TEST(usage()->input_tokens == 250);
    BOOST_TEST(run.all<protocol::tool_completed>().size() == 2U);
    BOOST_TEST(run.all<protocol::assistant_message>().size() == 2U);
    BOOST_TEST(run.all<protocol::agent_thinking>().size() == 2U);
    const auto& told = models.asked.at(1).messages;
    BOOST_REQUIRE(told.size() == 5U);
    BOOST_TEST(told.at(2).text == "Let me see.");
    BOOST_TEST(told.at(2).calls.size() == 2U);
    BOOST_TEST(told.at(3).call_id == "c");
    BOOST_TEST(told.at(3).text.find('2') != std::string::npos);
    BOOST_TEST((told.at(4).by == speaker::tool && told.at(4).call_id == "d"));
}

BOOST_FIXTURE_TEST_CASE(a_silent_call_is_thought_by_its_name, fixture) {
    models.answers = {{calls({sum()})}, {says("2"), stops()}};
    ask();
    BOOST_TEST(run.all<protocol::agent_thinking>().at(0).reasoning == "Calls calculator");
}

BOOST_FIXTURE_TEST_CASE(a_failed_call_is_told_as_an_error, fixture) {
    models.answers = {
        {calls({calling("no_such_tool"), sum(R"({"expression":"1/"})")})},
        {says("Sorry."), stops()}
    };
    ask();
    BOOST_TEST(has_completed());
    const auto& told = models.asked.at(1).messages;
    BOOST_TEST(told.at(3).text == "Error: there is no tool named no_such_tool");
    BOOST_TEST(told.at(4).text.starts_with("Error: "));
}

BOOST_FIXTURE_TEST_CASE(bad_arguments_go_back_twice, fixture) {
    models.always = {calls({broken_call()})};
    ask();
    BOOST_TEST((failure().code == code::model_error));
    BOOST_TEST(models.asked.size() == 3U);
    BOOST_TEST(models.asked.at(1).messages.back().text == "Error: arguments are not a JSON object");
}

BOOST_FIXTURE_TEST_CASE(arguments_that_a_tool_does_not_take_go_back_twice, fixture) {
    models.always = {calls({sum(R"({"expression":5})")})};
    ask();
    BOOST_TEST((failure().code == code::model_error));
    BOOST_TEST(models.asked.size() == 3U);
    BOOST_TEST(models.asked.at(1).messages.back().text.starts_with("Error: argument /expression"));
}

// What it cannot compute is no fault of the call's form.
BOOST_FIXTURE_TEST_CASE(a_call_that_fails_goes_back_as_often_as_there_are_turns, fixture) {
    models.always = {calls({sum(R"({"expression":"1/"})")})};
    ask();
    BOOST_TEST((failure().code == code::max_turns));
}

BOOST_FIXTURE_TEST_CASE(good_arguments_between_them_begin_the_count_anew, fixture) {
    for (int round = 0; round < 3; ++round) {
        models.answers.push_back({calls({broken_call()})});
        models.answers.push_back({calls({broken_call()})});
        models.answers.push_back({calls({sum()})});
    }
    models.answers.push_back({says("2"), stops()});
    ask();
    BOOST_TEST(has_completed());
}

BOOST_FIXTURE_TEST_CASE(turns_are_bounded, fixture) {
    models.always = {calls({sum()})};
    ask();
    BOOST_TEST((failure().code == code::max_turns));
    BOOST_TEST(models.asked.size() == 16U);
}

BOOST_FIXTURE_TEST_CASE(calls_are_bounded, fixture) {
    settings.limits.tool_calls = 5;
    models.always = {calls({sum(), sum(), sum()})};
    ask();
    BOOST_TEST((failure().code == code::budget_exceeded));
    BOOST_TEST(run.all<protocol::tool_completed>().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(tokens_are_bounded_and_told, fixture) {
    settings.limits.tokens = 1000;
    models.always = {calls({sum()}, 600)};
    ask();
    BOOST_TEST((failure().code == code::budget_exceeded));
    BOOST_TEST(models.asked.size() == 2U);
    BOOST_TEST(failure().usage->total_tokens == 1220);
}

BOOST_FIXTURE_TEST_CASE(a_failure_of_the_model_is_the_runs, fixture) {
    models.answers = {{says("Hel"), fails(code::model_timeout, "model m: silent")}};
    ask();
    BOOST_TEST((failure().code == code::model_timeout));
    BOOST_TEST(failure().message == "model m: silent");
}

BOOST_FIXTURE_TEST_CASE(a_model_that_does_not_exist_is_unavailable, fixture) {
    settings.model = "other";
    ask();
    BOOST_TEST((failure().code == code::model_unavailable));
}

BOOST_FIXTURE_TEST_CASE(an_answer_cut_short_is_told, fixture) {
    models.answers = {{says("Hel"), stops(model_finish::length)}};
    ask();
    BOOST_TEST(has_completed());
    BOOST_TEST(
        run.all<protocol::progress_update>().at(0).message.find("limit") != std::string::npos
    );
}

BOOST_FIXTURE_TEST_CASE(a_server_that_drops_the_front_is_found_out, fixture) {
    settings.prompt = std::string(20'000, 'x');
    models.answers = {{says("Hi"), stops(model_finish::stopped, 2048)}};
    ask();
    BOOST_TEST((failure().code == code::context_truncated));
}

BOOST_FIXTURE_TEST_CASE(a_coarse_estimate_is_no_truncation, fixture) {
    settings.prompt = std::string(20'000, 'x');
    models.answers = {{says("Hi"), stops(model_finish::stopped, 2600)}};
    ask();
    BOOST_TEST(has_completed());
}

// Tokenizers take several characters of such a script as one.
BOOST_FIXTURE_TEST_CASE(a_dense_script_is_no_truncation, fixture) {
    for (int word = 0; word < 800; ++word)
        settings.prompt += "привет ";
    models.answers = {{says("Hi"), stops(model_finish::stopped, 1500)}};
    ask();
    BOOST_TEST(has_completed());
}

BOOST_FIXTURE_TEST_CASE(what_cannot_fit_is_not_asked, fixture) {
    settings.context_tokens = 2000;
    settings.prompt = std::string(20'000, 'x');
    ask();
    BOOST_TEST((failure().code == code::context_truncated));
    BOOST_TEST(models.asked.empty());
}

BOOST_FIXTURE_TEST_CASE(time_with_the_model_is_measured, fixture) {
    models.answers = {{says("a", seconds(2)), stops()}};
    ask();
    run.close(engine::run_completed{});
    BOOST_TEST(run.all<protocol::agent_completed>().at(0).timing.model_ms == 2000);
}

task<tool_result> never_end(engine::request_scope_ptr, boost::json::object) {
    co_await sleep_until(time_point::never());
    co_return tool_result(tool_value{{"1"}});
}

BOOST_FIXTURE_TEST_CASE(a_call_has_the_agents_time, fixture) {
    registry.add(std::make_unique<scripted_tool>("endless", never_end, seconds(1000)));
    settings.tools = {"endless"};
    settings.limits.tool_timeout = seconds(3);
    models.answers = {{calls({calling("endless")})}, {says("No."), stops()}};
    ask();
    BOOST_TEST(has_completed());
    const auto call = run.all<protocol::tool_completed>().at(0);
    BOOST_TEST((call.outcome == protocol::tool_outcome::timeout));
    BOOST_TEST(call.duration_ms == 3000);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_leaves_no_stream_behind, fixture) {
    models.answers = {{says("a"), says("b", seconds(60)), stops()}};
    start();
    run.world().run_for(seconds(1));
    BOOST_TEST(models.streams_alive == 1U);
    run.cancel();
    BOOST_CHECK_THROW(run.finish(), boost::system::system_error);
    BOOST_TEST(models.streams_alive == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
