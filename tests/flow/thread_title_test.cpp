// A thread's title, made by the model that was the first to answer in it.
#include "core/agents/model/model_agent.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/scripted_models.hpp"

#include <chrono>
#include <memory>

namespace clarion::flow_test {

namespace {

using std::chrono::seconds;
using support::faulty_log;
using support::says;
using support::scripted_models;
using support::stops;

const std::string list_threads = R"({"type":"threads"})";
const std::string delete_first = R"({"type":"delete_thread","thread_id":"t1"})";

flow_server::options with(scripted_models& models, storage::event_log* log = nullptr) {
    agents::model::model_agent_settings settings;
    settings.name = "modelled";
    settings.model = "m";
    settings.prompt = "You are brief.";
    settings.tools = {"calculator"};
    settings.title = true;
    flow_server::options made;
    made.log = log;
    made.extra_agent = std::make_unique<agents::model::model_agent>(std::move(settings), models);
    return made;
}

std::string message(const std::string& message_id, const std::string& text) {
    return R"({"type":"message","thread_id":"t1","agent":"modelled","message_id":")" + message_id +
           R"(","text":")" + text + R"("})";
}

scripted_models::script answer(std::string text, duration after = duration(0)) {
    return {says(std::move(text), after), stops()};
}

/// What a list of threads shows of `t1` now; empty without it.
boost::json::object listed(flow_server& server, const std::string& user = "ada") {
    flow_client& looking = server.connect(user, {list_threads});
    server.world().run_for(milliseconds(10));
    const auto threads = looking.only("threads").at("threads").as_array();
    return threads.empty() ? boost::json::object() : threads.at(0).as_object();
}

std::string title(flow_server& server) {
    const boost::json::object row = listed(server);
    return row.empty() ? "no thread" : text_of(row, "title");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_titles)

BOOST_AUTO_TEST_CASE(the_model_that_answers_first_names_the_thread) {
    scripted_models models;
    models.answers = {answer("It is 42."), answer("\"The answer to everything.\"\n")};
    flow_server server(with(models));
    flow_client& elsewhere = server.connect("ada");
    server.settle();
    flow_client& ada = server.connect("ada", {message("m1", "what is 6*7?")});
    server.settle();
    BOOST_TEST(title(server) == "The answer to everything");
    // Who follows the thread is told as well as who does not; and of no event.
    BOOST_TEST(text_of(ada.only("thread_changed"), "title") == "The answer to everything");
    BOOST_TEST(
        text_of(elsewhere.frames("thread_changed").back(), "title") == "The answer to everything"
    );
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    BOOST_TEST(
        ada.only("thread_changed").at("seq").as_int64() ==
        ada.only("agent_completed").at("seq").as_int64()
    );

    BOOST_REQUIRE(models.asked.size() == 2U);
    const ports::model_request& asked = models.asked.back();
    BOOST_REQUIRE(asked.messages.size() == 3U);
    BOOST_TEST(asked.messages[0].text == "what is 6*7?");
    BOOST_TEST(asked.messages[1].text == "It is 42.");
    BOOST_TEST((asked.messages[1].by == ports::speaker::assistant));
    BOOST_TEST((asked.messages[2].by == ports::speaker::user));
    BOOST_TEST(asked.tools.empty());
    BOOST_TEST(!asked.output_tokens_max);
}

// Nor does the thread move in the list.
BOOST_AUTO_TEST_CASE(nothing_waits_for_a_title) {
    scripted_models models;
    models.answers = {answer("One."), answer("A title", seconds(10)), answer("Two.")};
    flow_server server(with(models));
    flow_client& ada = server.connect("ada", {message("m1", "first")});
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("agent_completed").size() == 1U);
    BOOST_TEST(server.home().active_runs() == 0U);
    BOOST_TEST(server.home().bodies_at_work() == 0U);
    ada.sends(message("m2", "second"));
    server.world().run_for(milliseconds(100));
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
    const boost::json::object before = listed(server);
    BOOST_TEST(text_of(before, "title") == "first");
    server.settle();
    const boost::json::object after = listed(server);
    BOOST_TEST(text_of(after, "title") == "A title");
    BOOST_TEST(after.at("updated_ms") == before.at("updated_ms"));
    BOOST_TEST(after.at("seq") == before.at("seq"));
    BOOST_TEST(models.asked.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_title_outlives_the_process_and_is_asked_for_once) {
    storage::memory_event_log log;
    scripted_models models;
    models.answers = {answer("One."), answer("A title"), answer("Two.")};
    {
        auto lost = std::make_unique<flow_server>(with(models, &log));
        lost->connect("ada", {message("m1", "first")});
        lost->settle();
        kill(std::move(lost));
    }
    flow_server::options next = with(models, &log);
    next.seed = 2;  // other ids
    flow_server server(std::move(next));
    BOOST_TEST(title(server) == "A title");
    server.connect("ada", {message("m2", "second")});
    server.settle();
    BOOST_TEST(models.asked.size() == 3U);
    BOOST_TEST(title(server) == "A title");
}

BOOST_AUTO_TEST_CASE(what_fails_before_the_first_answer_names_nothing) {
    storage::memory_event_log log;
    scripted_models models;
    models.answers = {
        {support::fails(protocol::agent_error_code::model_unavailable, "no route")},
        answer("Here."),
        answer("A title"),
    };
    {
        auto lost = std::make_unique<flow_server>(with(models, &log));
        lost->connect("ada", {message("m1", "are you there?")});
        lost->settle();
        BOOST_TEST(models.asked.size() == 1U);
        kill(std::move(lost));
    }
    flow_server server(with(models, &log));
    server.connect("ada", {message("m2", "and now?")});
    server.settle();
    BOOST_TEST(title(server) == "A title");
    BOOST_TEST(models.asked.back().messages[0].text == "and now?");
}

BOOST_AUTO_TEST_CASE(a_title_that_cannot_be_had_costs_nothing) {
    const std::vector<scripted_models::script> bad = {
        {support::fails(protocol::agent_error_code::model_unavailable, "no route")},
        {support::notes("attempt 2 of 4 in 0.5 s"), says("Too late"), stops()},
        {says("Cut o"), support::fails(protocol::agent_error_code::model_error, "cut off")},
        {says(" \n\"\"\n"), stops()},
        {support::thinks("Hm."), stops(ports::model_finish::length)},
        {support::thinks(std::string(5000, 'h')), says("Too late"), stops()},
        {says(std::string(300, 'w')), says("\n"), stops()},
        {support::calls({support::calling("calculator")})},
        answer("Too late", std::chrono::hours(1)),
    };
    for (std::size_t at = 0; at < bad.size(); ++at) {
        BOOST_TEST_CONTEXT("answer " << at) {
            scripted_models models;
            models.answers = {answer("One."), bad[at], answer("Two.")};
            flow_server server(with(models));
            flow_client& ada = server.connect("ada", {message("m1", "first")});
            server.settle();
            BOOST_TEST(models.streams_alive == 0U);
            ada.sends(message("m2", "second"));
            server.settle();
            BOOST_TEST(ada.frames("agent_completed").size() == 2U);
            BOOST_TEST(ada.frames("thread_changed").empty());
            BOOST_TEST(title(server) == "first");
            BOOST_TEST(models.asked.size() == 3U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_the_title_alone) {
    faulty_log log;
    scripted_models models;
    models.answers = {answer("One."), answer("A title", seconds(1)), answer("Two.")};
    flow_server server(with(models, &log));
    flow_client& ada = server.connect("ada", {message("m1", "first")});
    server.world().run_for(milliseconds(500));
    log.fill_after(0);
    server.settle();
    log.make_room();
    BOOST_TEST(title(server) == "first");
    ada.sends(message("m2", "second"));
    server.settle();
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
    BOOST_TEST(ada.frames("error").empty());
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_no_title) {
    scripted_models models;
    models.answers = {answer("One."), answer("A title", seconds(10))};
    flow_server server(with(models));
    server.connect("ada", {message("m1", "first")});
    server.world().run_for(milliseconds(100));
    BOOST_TEST(models.streams_alive == 1U);
    const time_point begin = server.world().now();
    server.run(server.home().drain(seconds(20)));
    server.world().run_for(milliseconds(1));
    BOOST_TEST(models.streams_alive == 0U);
    BOOST_TEST((server.world().now() - begin < seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_deleted_thread_gets_no_title_nor_does_its_successor) {
    scripted_models models;
    models.answers = {
        answer("One."),
        answer("Of the first", seconds(5)),
        answer("Two."),
        answer("Of the second", seconds(10)),
    };
    flow_server server(with(models));
    flow_client& ada = server.connect("ada", {message("m1", "first")});
    server.world().run_for(milliseconds(100));
    ada.sends(delete_first);
    server.world().run_for(seconds(1));
    BOOST_TEST(ada.frames("deleted").size() == 1U);
    ada.sends(message("m1", "again"));
    server.world().run_for(seconds(6));
    BOOST_TEST(title(server) == "again");
    server.settle();
    BOOST_TEST(title(server) == "Of the second");
    ada.sends(delete_first);
    server.settle();
    BOOST_TEST(title(server) == "no thread");
}

BOOST_AUTO_TEST_CASE(threads_of_agents_that_make_no_titles_are_called_as_before) {
    scripted_models models;
    models.answers = {answer("One.")};
    flow_server server(with(models));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/calc 6*7");
    server.settle();
    BOOST_TEST(title(server) == "/calc 6*7");
    // The first answer was another one's.
    ada.sends(message("m2", "go"));
    server.settle();
    BOOST_TEST(models.asked.size() == 1U);
    BOOST_TEST(title(server) == "/calc 6*7");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
