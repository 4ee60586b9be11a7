#include "net/mcp/line_channel.hpp"

#include "core/async/first_of.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::mcp;
using namespace clarion::net::test;
using fault = ask_failure::fault;
using std::chrono::seconds;

/// A server whose part the test plays, line by line.
struct fixture {
    fixture() : tested(pipes, heard_sink_of(), noise_sink_of()), carrying(world, carry()) {
        world.run_for(duration(0));
    }
    ~fixture() {
        pipes.end();
        world.run([this] { return carrying.has_ended(); });
    }

    heard_sink heard_sink_of() {
        return [this](const rpc_notification& told) {
            heard.push_back(told.method);
        };
    }
    line_channel::noise_sink noise_sink_of() {
        return [this](std::string_view line) {
            noise.emplace_back(line);
        };
    }
    task<> carry() { how_it_ended = co_await tested.run(); }

    void say(std::string_view line) {
        pipes.arrive(std::string(line) + "\n");
        world.run_for(duration(0));
    }
    std::vector<rpc_message> said() const {
        std::vector<rpc_message> all;
        std::string_view rest = pipes.sent;
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
             end = rest.find('\n')) {
            all.push_back(parse_message(rest.substr(0, end)));
            rest.remove_prefix(end + 1);
        }
        return all;
    }

    question asking(std::string method = "tools/call") const {
        question made;
        made.method = std::move(method);
        made.patience = {seconds(30), seconds(100)};
        return made;
    }

    sim::world world;
    memory_stream pipes;
    std::vector<std::string> heard;
    std::vector<std::string> noise;
    std::string how_it_ended;
    line_channel tested;
    running carrying;
};

/// One request under way.
struct asked {
    asked(fixture& f, question what)
        : world(f.world), run(f.world, store(came, f.tested.ask(std::move(what)))) {
        world.run_for(duration(0));
    }
    const ask_failure& failure() const { return std::get<ask_failure>(came.value()); }

    sim::world& world;
    std::optional<ask_outcome> came;
    running run;
};

BOOST_FIXTURE_TEST_SUITE(mcp_line_channel, fixture)

BOOST_AUTO_TEST_CASE(answers_find_their_requests_in_any_order) {
    asked first(*this, asking());
    asked second(*this, asking());
    say(R"({"jsonrpc":"2.0","id":2,"result":{"n":2}})");
    BOOST_TEST(!first.came.has_value());
    BOOST_REQUIRE(second.came.has_value());
    say(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}})");
    BOOST_TEST(std::get<rpc_error>(first.came.value()).message == "no");
    say(R"({"jsonrpc":"2.0","id":1,"result":{}})");  // nobody's any longer
    BOOST_TEST(said().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_line_may_come_in_pieces_and_blank_ones_are_nothing) {
    asked one(*this, asking());
    for (const char c : std::string("\r\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\r\n")) {
        pipes.arrive(std::string(1, c));
        world.run_for(duration(0));
    }
    BOOST_TEST(one.came.has_value());
    BOOST_TEST(noise.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_noise_until_there_is_too_much) {
    say("Server started on stdio");
    BOOST_TEST(noise.size() == 1U);
    for (int line = 0; line <= bad_lines_max; ++line)
        pipes.arrive("chatter\n");
    world.run_for(duration(0));
    BOOST_TEST(how_it_ended == "does not speak MCP");
}

BOOST_AUTO_TEST_CASE(silence_ends_a_request_and_the_server_is_told) {
    asked one(*this, asking());
    world.run_for(seconds(29));
    BOOST_TEST(!one.came.has_value());
    world.run_for(seconds(2));
    BOOST_TEST((one.failure().what == fault::late));
    const auto told = std::get<rpc_notification>(said().back());
    BOOST_TEST(told.method == "notifications/cancelled");
    BOOST_TEST(told.params.at("requestId").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(progress_gives_more_time_up_to_the_maximum) {
    std::vector<ports::tool_progress> told;
    question what = asking();
    what.on_progress = [&](const ports::tool_progress& how_far) {
        told.push_back(how_far);
    };
    asked one(*this, std::move(what));
    const auto sent = std::get<rpc_request>(said().back());
    BOOST_TEST(sent.params.at("_meta").at("progressToken").as_int64() == 1);
    for (int step = 1; step <= 4; ++step) {
        world.run_for(seconds(24));
        say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
            R"({"progressToken":1,"progress":)" +
            std::to_string(step) + R"(,"total":9,"message":"on it"}})");
        BOOST_TEST(!one.came.has_value());
    }
    BOOST_REQUIRE(told.size() == 4U);
    BOOST_TEST(told.back().done == 4);
    BOOST_TEST(told.back().total.value() == 9);
    BOOST_TEST(told.back().message == "on it");
    BOOST_TEST(heard.empty());
    world.run_for(seconds(5));  // 101 s, and the last progress was 5 s ago
    BOOST_TEST((one.failure().what == fault::late));
}

BOOST_AUTO_TEST_CASE(progress_of_others_gives_no_time) {
    asked one(*this, asking());
    world.run_for(seconds(29));
    say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9}})");
    world.run_for(seconds(2));
    BOOST_TEST(one.came.has_value());
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_is_told_to_the_server_but_a_greeting_is_not) {
    (void)result_of(world, before(world.now() + seconds(1), tested.ask(asking())));
    world.run_for(duration(0));
    BOOST_TEST(std::get<rpc_notification>(said().back()).method == "notifications/cancelled");
    const std::size_t lines = said().size();
    question greeting = asking("initialize");
    greeting.cancels = giving_up::silent;
    (void)result_of(world, before(world.now() + seconds(1), tested.ask(std::move(greeting))));
    world.run_for(duration(0));
    BOOST_TEST(said().size() == lines + 1);
}

BOOST_AUTO_TEST_CASE(the_servers_own_requests_are_answered) {
    say(R"({"jsonrpc":"2.0","id":"p1","method":"ping"})");
    const auto pong = std::get<rpc_response>(said().back());
    BOOST_TEST(std::get<std::string>(pong.id.value()) == "p1");
    BOOST_TEST(std::holds_alternative<boost::json::object>(pong.outcome));
    say(R"({"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{}})");
    const auto refused = std::get<rpc_response>(said().back());
    BOOST_TEST(std::get<rpc_error>(refused.outcome).code == method_not_found);
}

BOOST_AUTO_TEST_CASE(what_nobody_asked_for_is_handed_on) {
    say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
    BOOST_TEST((heard == std::vector<std::string>{"notifications/tools/list_changed"}));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_server_ends_all_requests) {
    asked one(*this, asking());
    pipes.end();
    world.run_for(duration(0));
    BOOST_TEST((one.failure().what == fault::closed));
    asked later(*this, asking());
    BOOST_TEST((later.failure().what == fault::closed));
    BOOST_TEST(how_it_ended == "ended");
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_cut_off) {
    const std::string piece(std::size_t{1} << 20U, 'x');
    for (std::size_t bytes = 0; bytes <= message_bytes_max; bytes += piece.size())
        pipes.arrive(piece);
    world.run_for(seconds(1));
    BOOST_TEST(how_it_ended == "sent a line that is too large");
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_gets_no_more_than_the_bound) {
    pipes.stall();
    const std::string much(std::size_t{1} << 20U, 'x');
    std::vector<std::unique_ptr<asked>> all;
    for (int count = 0; count < 12; ++count) {
        question what = asking();
        what.params["x"] = much;
        all.push_back(std::make_unique<asked>(*this, std::move(what)));
    }
    BOOST_TEST(!all.front()->came.has_value());
    BOOST_REQUIRE(all.back()->came.has_value());
    BOOST_TEST((all.back()->failure().what == fault::closed));
    pipes.abort();
    world.run_for(duration(0));
    BOOST_TEST(all.front()->came.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
