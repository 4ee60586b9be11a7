#include "core/async/task_group.hpp"
#include "tests/unit/net/model/model_conversation.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace clarion;
using namespace clarion::model;
using namespace clarion::model::test;
using std::chrono::seconds;
using code = protocol::agent_error_code;
using kind = server_step::kind;

struct timed : conversation {
    heard ask_and_measure() {
        const time_point before = world.now();
        heard result = ask();
        took = world.now() - before;
        return result;
    }

    duration took{0};
};

server_step later(duration after, std::string bytes) {
    return {.after = after, .bytes = std::move(bytes)};
}

BOOST_AUTO_TEST_SUITE(chat_model_time)

BOOST_FIXTURE_TEST_CASE(connecting_has_its_time, timed) {
    server.dials = {false, false, false, false};
    const heard result = ask_and_measure();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_unavailable));
    // Four times 5 s, and pauses of at most 0.5, 1 and 2 s.
    BOOST_TEST((took >= seconds(20) && took <= milliseconds(23'500)));
}

BOOST_FIXTURE_TEST_CASE(a_model_that_says_nothing_times_out, timed) {
    server.scripts = {{later(seconds(1), stream_head)}};
    const heard result = ask_and_measure();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_timeout));
    BOOST_TEST(result.failure->message == "model first: the model said nothing within 60 s");
    BOOST_TEST((took == seconds(60)));
    BOOST_TEST(server.connections.at(0)->is_dropped);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_answer_times_out_the_same, timed) {
    server.scripts = {{}};
    const heard result = ask_and_measure();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_timeout));
    BOOST_TEST((took == seconds(60)));
}

BOOST_FIXTURE_TEST_CASE(comments_and_empty_chunks_keep_no_model_alive, timed) {
    server_script script = {later(seconds(0), stream_head + said("Hel"))};
    for (int beat = 0; beat < 10; ++beat) {
        script.push_back(later(seconds(10), stream_chunk(": keep-alive\n\n")));
        script.push_back(later(seconds(1), event_of(R"({"choices":[{"delta":{"content":""}}]})")));
    }
    server.scripts = {script};
    const heard result = ask_and_measure();
    BOOST_TEST(result.text == "Hel");
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_timeout));
    BOOST_TEST(result.failure->message.find("went silent for 45 s") != std::string::npos);
    BOOST_TEST((took == seconds(45)));
}

BOOST_FIXTURE_TEST_CASE(each_token_begins_the_wait_anew, timed) {
    server_script script = {later(seconds(59), stream_head + said("a"))};
    for (int token = 0; token < 5; ++token)
        script.push_back(later(seconds(44), said("b")));
    script.push_back(later(seconds(44), finished() + stream_tail));
    server.scripts = {script};
    const heard result = ask_and_measure();
    BOOST_TEST(result.text == "abbbbb");
    BOOST_TEST(result.answer.has_value());
    BOOST_TEST((took == seconds(59 + 6 * 44)));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_never_ends_is_ended, timed) {
    server_script script = {later(seconds(0), stream_head)};
    for (int token = 0; token < 30; ++token)
        script.push_back(later(seconds(29), said("a")));
    server.scripts = {script};
    const heard result = ask_and_measure();
    BOOST_TEST(result.text.size() == 20U);
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->code == code::model_timeout));
    BOOST_TEST((took == seconds(600)));
}

BOOST_FIXTURE_TEST_CASE(a_server_that_has_finished_is_not_waited_for_long, timed) {
    server.scripts = {{later(
        seconds(0),
        stream_head + said("Hi") + event_of(R"({"choices":[{"finish_reason":"stop"}]})")
    )}};
    const heard result = ask_and_measure();
    BOOST_TEST(result.text == "Hi");
    BOOST_TEST(result.answer.has_value());
    BOOST_TEST((took <= milliseconds(2100)));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_body_is_waited_for_only_a_moment, timed) {
    server.scripts = {{later(seconds(0), stream_head + said("Hi") + finished())}};
    const heard result = ask_and_measure();
    BOOST_TEST(result.answer.has_value());
    BOOST_TEST((took <= milliseconds(50)));
    BOOST_TEST(models->find("first") != nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_late_token_is_not_tried_again_but_left_to_the_next_model, timed) {
    settings.at(0).fallback = {"second"};
    server.scripts = {{}, saying("Hello")};
    const heard result = ask_and_measure();
    BOOST_TEST(result.text == "Hello");
    BOOST_REQUIRE(result.notices.size() == 1U);
    BOOST_TEST(result.notices.at(0).ends_with("asking second instead"));
}

BOOST_FIXTURE_TEST_CASE(the_first_token_is_heard_when_it_comes, timed) {
    server.scripts = {
        {later(seconds(1), stream_head + said("Hel")),
         later(seconds(1), said("lo") + finished() + stream_tail)}
    };
    const auto stream = model().ask({});
    const auto first = net::test::result_of(world, stream->next());
    BOOST_TEST(std::get<ports::model_text>(first).text == "Hel");
    BOOST_TEST((world.now().since_start() == seconds(2)));  // the world begins at one second
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_shown_yet_is_told_to_have_come, timed) {
    const auto argument = [](std::string_view piece) {
        return event_of(
            R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f",)"
            R"("arguments":")" +
            std::string(piece) + R"("}}]}}]})"
        );
    };
    server.scripts = {
        {later(seconds(0), stream_head + argument("{")),
         later(seconds(20), argument(" ")),
         later(seconds(20), stream_chunk(": keep-alive\n\n")),
         later(seconds(20), argument("}") + finished() + stream_tail)}
    };
    int came = 0;
    ports::model_request request;
    request.more_came = [&came] {
        ++came;
    };
    const heard result = ask("first", std::move(request));
    BOOST_TEST(result.answer.has_value());
    BOOST_TEST(came >= 3);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_drops_the_connection_at_once, timed) {
    server.scripts = {{later(seconds(0), stream_head + said("Hel"))}};
    heard result;
    task_group group(world.get_executor());
    const auto listening = [&]() -> task<> {
        const auto stream = model().ask({});
        co_await listen(*stream, result);
    };
    const auto child = group.spawn(listening());
    world.run_for(seconds(1));
    BOOST_REQUIRE(!server.connections.at(0)->is_dropped);
    const time_point cancelled = world.now();
    child.cancel();
    net::test::complete(world, group.join());
    BOOST_TEST(server.connections.at(0)->is_dropped);
    BOOST_TEST((server.connections.at(0)->dropped_at == cancelled));
}

BOOST_FIXTURE_TEST_CASE(a_cancel_during_a_pause_ends_it, timed) {
    server.scripts = {refusing(429, "Retry-After: 30\r\n"), saying("no")};
    heard result;
    task_group group(world.get_executor());
    const auto listening = [&]() -> task<> {
        const auto stream = model().ask({});
        co_await listen(*stream, result);
    };
    const auto child = group.spawn(listening());
    world.run_for(seconds(5));
    BOOST_TEST(result.notices.size() == 1U);
    child.cancel();
    net::test::complete(world, group.join());
    BOOST_TEST(server.requests.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
