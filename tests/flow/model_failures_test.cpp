// What a model can do to a run: each failure by its real cause, and its whole record.
#include "core/agents/model/model_agent.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/flow_server.hpp"
#include "tests/support/scripted_models.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using failure::code;
using failure::code_class;
using failure::severity;
using protocol::agent_error_code;
using support::expect_failure;
using support::flow_client;
using support::flow_server;
using support::scripted_models;

constexpr std::string_view run_boundary = "core/engine/run.cpp";

const std::string ask_modelled =
    R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"modelled"})";

flow_server::options with(scripted_models& models, std::string prompt = "") {
    agents::model::model_agent_settings settings;
    settings.name = "modelled";
    settings.model = "m";
    settings.prompt = std::move(prompt);
    settings.tools = {"calculator"};
    settings.limits.run_deadline = std::chrono::seconds(30);
    flow_server::options made;
    made.extra_agent = std::make_unique<agents::model::model_agent>(std::move(settings), models);
    return made;
}

/// The run of the only message that was accepted.
failure::context run_of(const flow_client& client) {
    return {{}, "ada", "t1", std::string(client.only("accepted").at("run_id").as_string())};
}

std::string error_code(const flow_client& client) {
    return std::string(client.only("agent_error").at("payload").at("code").as_string());
}

flow_client& ask(flow_server& server) {
    flow_client& ada = server.connect("ada");
    ada.sends(ask_modelled);
    server.settle();
    return ada;
}

BOOST_AUTO_TEST_SUITE(model_failures_of_runs)

BOOST_AUTO_TEST_CASE(a_model_answers_with_tools_through_the_whole_server) {
    scripted_models models;
    models.answers = {
        {support::thinks("I calculate."),
         support::calls({support::calling("calculator", R"({"expression":"6*7"})")})},
        {support::says("It is "), support::says("42."), support::stops()},
    };
    flow_server server(with(models));
    const flow_client& ada = ask(server);
    const boost::json::value result = ada.only("agent_completed").at("payload").at("result");
    BOOST_TEST(result.at("text").as_string() == "It is 42.");
    BOOST_TEST(ada.frames("tool_completed").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_model_that_cannot_be_reached_is_reported) {
    scripted_models models;
    models.always = {support::fails(agent_error_code::model_unavailable, "model m: no route")};
    flow_server server(with(models));
    const flow_client& ada = ask(server);
    BOOST_TEST(error_code(ada) == "model_unavailable");
    expect_failure(
        code::model_unavailable,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "model m: no route",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(an_answer_that_breaks_off_is_reported_and_stays_as_it_is) {
    scripted_models models;
    models.always = {
        support::says("Hel"),
        support::fails(agent_error_code::model_error, "model m: cut off"),
    };
    flow_server server(with(models));
    const flow_client& ada = ask(server);
    BOOST_TEST(error_code(ada) == "model_error");
    BOOST_TEST(ada.only("assistant_message").at("payload").at("text").as_string() == "Hel");
    expect_failure(
        code::model_error,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "model m: cut off",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_model_that_goes_silent_is_reported) {
    scripted_models models;
    models.always = {support::fails(agent_error_code::model_timeout, "model m: silent")};
    flow_server server(with(models));
    const flow_client& ada = ask(server);
    BOOST_TEST(error_code(ada) == "model_timeout");
    expect_failure(
        code::model_timeout,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "model m: silent",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_server_that_drops_the_front_of_a_prompt_is_reported) {
    scripted_models models;
    models.always = {
        support::says("Hi"),
        support::stops(ports::model_finish::stopped, 600),
    };
    flow_server server(with(models, std::string(20'000, 'x')));
    const flow_client& ada = ask(server);
    BOOST_TEST(error_code(ada) == "context_truncated");
    expect_failure(
        code::context_truncated,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "took in 600 of at least",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_run_has_its_agents_deadline) {
    scripted_models models;
    models.always = {support::says("Hel"), support::says("lo", std::chrono::hours(1))};
    flow_server server(with(models));
    const flow_client& ada = ask(server);
    BOOST_TEST(error_code(ada) == "deadline");
    const auto took = ada.only("agent_error").at("payload").at("execution_time_ms").as_int64();
    BOOST_TEST(took >= 30'000);
    BOOST_TEST(took < 31'000);
    BOOST_TEST(models.streams_alive == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
