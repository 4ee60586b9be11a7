#include "net/mcp/http_channel.hpp"

#include "core/async/first_of.hpp"
#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::mcp;
using namespace clarion::net::test;
using fault = ask_failure::fault;
using std::chrono::milliseconds;
using std::chrono::seconds;
using kind = server_step::kind;

const std::string result_1 = R"({"jsonrpc":"2.0","id":1,"result":{"n":1}})";
const std::string result_2 = R"({"jsonrpc":"2.0","id":2,"result":{"n":2}})";

std::string event(std::string_view data, std::string_view id = "") {
    return (id.empty() ? "" : "id: " + std::string(id) + "\n") + "data: " + std::string(data) +
           "\n\n";
}

struct fixture {
    fixture()
        : over(options()),
          tested(
              world.get_executor(),
              over,
              {std::get<http::url>(http::parse_url("http://tools.test:3101/mcp"))},
              [this](const rpc_notification& told) { heard.push_back(told.method); }
          ) {}
    ~fixture() { complete(world, tested.close()); }

    http::client_options options() {
        http::client_options made;
        made.dial = server.dial();
        return made;
    }

    ask_outcome ask(question asked) { return result_of(world, tested.ask(std::move(asked))); }
    static question asking(std::string method = "tools/call") {
        question made;
        made.method = std::move(method);
        made.patience = {seconds(30), seconds(100)};
        return made;
    }
    void agree(era spoken) {
        agreement on;
        on.spoken = spoken;
        on.revision = spoken == era::modern ? "2026-07-28" : "2025-11-25";
        tested.agree(on);
    }
    /// Opens a session, as a server of before has it.
    void begin_session() {
        server.scripts.push_back(
            {{.bytes = whole_answer(200, result_1, "application/json", "Mcp-Session-Id: s1\r\n")}}
        );
        (void)ask(asking("initialize"));
        agree(era::legacy);
    }
    static bool succeeded(const ask_outcome& came) {
        return std::holds_alternative<boost::json::object>(came);
    }
    bool last_has(std::string_view text) const {
        return server.requests.back().find(text) != std::string::npos;
    }

    sim::world world;
    scripted_server server{world};
    http::client over;
    std::vector<std::string> heard;
    http_channel tested;
};

BOOST_FIXTURE_TEST_SUITE(mcp_http_channel, fixture)

BOOST_AUTO_TEST_CASE(a_request_is_answered_by_json) {
    server.scripts.push_back({{.bytes = whole_answer(200, result_1)}});
    BOOST_TEST(succeeded(ask(asking())));
    BOOST_TEST(last_has("POST /mcp HTTP/1.1"));
    BOOST_TEST(last_has("Accept: application/json, text/event-stream"));
    BOOST_TEST(last_has("Content-Type: application/json"));
}

BOOST_AUTO_TEST_CASE(the_probe_and_the_newest_revision_say_so_in_headers) {
    server.scripts.push_back({{.bytes = whole_answer(200, result_1)}});
    (void)ask(asking("server/discover"));
    BOOST_TEST(last_has("MCP-Protocol-Version: 2026-07-28"));
    BOOST_TEST(last_has("Mcp-Method: server/discover"));
    agree(era::modern);
    server.scripts.push_back({{.bytes = whole_answer(200, result_2)}});
    question call = asking();
    call.headers.push_back({"Mcp-Name", "echo"});
    (void)ask(std::move(call));
    BOOST_TEST(last_has("Mcp-Method: tools/call"));
    BOOST_TEST(last_has("Mcp-Name: echo"));
    BOOST_TEST(!last_has("Session"));
}

BOOST_AUTO_TEST_CASE(a_session_is_kept_and_taken_leave_of) {
    begin_session();
    BOOST_TEST(!last_has("MCP-Protocol-Version"));
    server.scripts.push_back({{.bytes = whole_answer(200, result_2)}});
    BOOST_TEST(succeeded(ask(asking())));
    BOOST_TEST(last_has("Mcp-Session-Id: s1"));
    BOOST_TEST(last_has("MCP-Protocol-Version: 2025-11-25"));
    BOOST_TEST(!last_has("Mcp-Method"));
    complete(world, tested.close());
    BOOST_TEST(last_has("DELETE /mcp"));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_gone_is_told_apart) {
    for (const std::string_view body :
         {R"({"jsonrpc":"2.0","id":2,"error":{"code":-32001,"message":"Session not found"}})", ""
         }) {
        fixture f;
        f.begin_session();
        f.server.scripts.push_back({{.bytes = whole_answer(404, body)}});
        const auto came = f.ask(asking());
        BOOST_TEST((std::get<ask_failure>(came).what == fault::session_lost));
        f.server.scripts.push_back(
            {{.bytes = whole_answer(200, R"({"jsonrpc":"2.0","id":3,"result":{}})")}}
        );
        BOOST_TEST(succeeded(f.ask(asking("initialize"))));
        BOOST_TEST(!f.last_has("Mcp-Session-Id"));
    }
    fixture f;
    f.begin_session();
    f.server.scripts.push_back(
        {{.bytes = whole_answer(
              400,
              R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No valid session ID"}})"
          )}}
    );
    BOOST_TEST((std::get<ask_failure>(f.ask(asking())).what == fault::session_lost));
}

BOOST_AUTO_TEST_CASE(a_call_whose_connection_breaks_is_not_made_twice) {
    begin_session();
    BOOST_TEST(over.idle_connections_count() == 1U);
    server.scripts.push_back({{.what = kind::end}});
    BOOST_TEST((std::get<ask_failure>(ask(asking())).what == fault::closed));
    BOOST_TEST(server.requests.size() == 2U);
    BOOST_TEST(server.connections.size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_of_two_calls_hears_that_their_session_is_gone) {
    begin_session();
    server.scripts.push_back({{.after = seconds(1), .bytes = whole_answer(404, "")}});
    server.scripts.push_back({{.after = seconds(2), .bytes = whole_answer(404, "")}});
    std::optional<ask_outcome> first;
    std::optional<ask_outcome> second;
    running one(world, store(first, tested.ask(asking())));
    running other(world, store(second, tested.ask(asking())));
    world.run([&] { return one.has_ended(); });
    BOOST_TEST((std::get<ask_failure>(*first).what == fault::session_lost));
    // A new one has begun before the other one hears of it.
    tested.forget();
    server.scripts.push_back(
        {{.bytes = whole_answer(
              200,
              R"({"jsonrpc":"2.0","id":4,"result":{}})",
              "application/json",
              "Mcp-Session-Id: s2\r\n"
          )}}
    );
    BOOST_TEST(succeeded(ask(asking("initialize"))));
    world.run([&] { return other.has_ended(); });
    BOOST_TEST((std::get<ask_failure>(*second).what == fault::session_lost));
    server.scripts.push_back(
        {{.bytes = whole_answer(200, R"({"jsonrpc":"2.0","id":5,"result":{}})")}}
    );
    BOOST_TEST(succeeded(ask(asking())));
    BOOST_TEST(last_has("Mcp-Session-Id: s2"));
}

BOOST_AUTO_TEST_CASE(a_message_of_four_mebibytes_may_stand_on_one_line) {
    const std::string around = R"({"jsonrpc":"2.0","id":1,"result":{"text":""}})";
    const std::string text(message_bytes_max - around.size(), 'x');
    const std::string whole = R"({"jsonrpc":"2.0","id":1,"result":{"text":")" + text + "\"}}";
    server.scripts.push_back({{.bytes = stream_head + stream_chunk(event(whole)) + stream_tail}});
    BOOST_TEST(succeeded(ask(asking())));
}

BOOST_AUTO_TEST_CASE(without_a_session_404_is_a_refusal) {
    server.scripts.push_back({{.bytes = whole_answer(404, "not here", "text/plain")}});
    const auto came = ask(asking());
    BOOST_TEST((std::get<ask_failure>(came).what == fault::refused));
    BOOST_TEST(std::get<ask_failure>(came).status == 404U);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_protocol_counts_whatever_the_status) {
    server.scripts.push_back(
        {{.bytes = whole_answer(
              400,
              R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"v","data":{"supported":[]}}})"
          )}}
    );
    BOOST_TEST(std::get<rpc_error>(ask(asking())).code == -32022);
}

BOOST_AUTO_TEST_CASE(a_stream_of_events_ends_with_the_answer) {
    std::vector<double> told;
    question call = asking();
    call.on_progress = [&](const ports::tool_progress& how_far) {
        told.push_back(how_far.done);
    };
    const std::string progress = R"({"jsonrpc":"2.0","method":"notifications/progress",)"
                                 R"("params":{"progressToken":1,"progress":5}})";
    const std::string change = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
    server.scripts.push_back({
        {.bytes = stream_head + stream_chunk("id: 1\ndata: \n\n")},
        {.after = seconds(20), .bytes = stream_chunk(event(progress))},
        {.after = seconds(20), .bytes = stream_chunk(event(change) + event(result_1))},
        {.bytes = stream_tail},
    });
    BOOST_TEST(succeeded(ask(std::move(call))));
    BOOST_TEST((told == std::vector<double>{5}));
    BOOST_TEST((heard == std::vector<std::string>{"notifications/tools/list_changed"}));
    BOOST_TEST(over.idle_connections_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_is_gone_on_with_after_the_servers_pause) {
    begin_session();
    server.scripts.push_back({
        {.bytes = stream_head + stream_chunk("id: e7\nretry: 700\ndata: \n\n") + stream_tail},
    });
    server.scripts.push_back({{.bytes = stream_head + stream_chunk(event(result_2, "e8"))}});
    const time_point began = world.now();
    BOOST_TEST(succeeded(ask(asking())));
    BOOST_TEST(((world.now() - began) >= milliseconds(700)));
    BOOST_TEST(((world.now() - began) < milliseconds(900)));
    BOOST_TEST(last_has("GET /mcp"));
    BOOST_TEST(last_has("Last-Event-ID: e7"));
    BOOST_TEST(last_has("Mcp-Session-Id: s1"));
    BOOST_TEST(last_has("Accept: text/event-stream"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_again_and_again_is_given_up) {
    begin_session();
    server.scripts.push_back({
        {.bytes = stream_head + stream_chunk("id: e\nretry: 0\ndata: \n\n") + stream_tail},
    });
    for (int count = 0; count < 2 * resumptions_max; ++count)
        server.scripts.push_back({{.bytes = stream_head + stream_tail}});
    const auto came = ask(asking());
    BOOST_TEST((std::get<ask_failure>(came).what == fault::closed));
    BOOST_TEST(server.requests.size() == 2U + resumptions_max);
}

BOOST_AUTO_TEST_CASE(a_stream_without_ids_and_one_of_the_newest_revision_are_not_gone_on_with) {
    begin_session();
    server.scripts.push_back({{.bytes = stream_head + stream_tail}});
    BOOST_TEST((std::get<ask_failure>(ask(asking())).what == fault::closed));
    fixture modern;
    modern.agree(era::modern);
    modern.server.scripts.push_back(
        {{.bytes = stream_head + stream_chunk("id: e\ndata: \n\n") + stream_tail}}
    );
    BOOST_TEST((std::get<ask_failure>(modern.ask(asking())).what == fault::closed));
}

BOOST_AUTO_TEST_CASE(nobody_waits_longer_than_the_patience) {
    server.scripts.push_back({{.bytes = stream_head}});
    const time_point began = world.now();
    BOOST_TEST((std::get<ask_failure>(ask(asking())).what == fault::late));
    BOOST_TEST(((world.now() - began) == seconds(30)));
    world.run_for(seconds(1));
    BOOST_TEST(last_has("notifications/cancelled"));
}

BOOST_AUTO_TEST_CASE(a_cancel_drops_the_connection_and_tells_servers_of_before) {
    agree(era::modern);
    server.scripts.push_back({{.bytes = stream_head}});
    (void)result_of(world, before(world.now() + seconds(1), tested.ask(asking())));
    BOOST_TEST(server.connections.back()->is_dropped);
    world.run_for(seconds(1));
    BOOST_TEST(server.requests.size() == 1U);
    agree(era::legacy);
    server.scripts.push_back({{.bytes = stream_head}});
    (void)result_of(world, before(world.now() + seconds(1), tested.ask(asking())));
    world.run_for(seconds(1));
    BOOST_REQUIRE(server.requests.size() == 3U);
    BOOST_TEST(last_has(R"("method":"notifications/cancelled")"));
}

BOOST_AUTO_TEST_CASE(a_ping_on_the_stream_is_answered_by_a_post) {
    begin_session();
    const std::string ping = R"({"jsonrpc":"2.0","id":"p","method":"ping"})";
    server.scripts.push_back(
        {{.bytes = stream_head + stream_chunk(event(ping) + event(result_2)) + stream_tail}}
    );
    server.scripts.push_back({{.bytes = whole_answer(202, "")}});
    BOOST_TEST(succeeded(ask(asking())));
    world.run_for(seconds(1));
    BOOST_TEST(last_has(R"("id":"p","result":{})"));
}

BOOST_AUTO_TEST_CASE(a_server_that_tells_of_changes_is_listened_to) {
    begin_session();
    agreement on;
    on.revision = "2025-11-25";
    on.tells_list_changes = true;
    tested.agree(on);
    const std::string change = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
    server.scripts.push_back({
        {.bytes = stream_head},
        {.after = seconds(3), .bytes = stream_chunk(event(change, "c1")) + stream_tail},
    });
    server.scripts.push_back({{.bytes = whole_answer(405, "")}});
    (void)result_of(world, before(world.now() + seconds(10), tested.run()));
    BOOST_TEST(heard.size() == 1U);
    BOOST_TEST(last_has("Last-Event-ID: c1"));
    BOOST_TEST(server.requests.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_refused_by_name) {
    server.scripts.push_back({{.bytes = whole_answer(200, "<html>", "text/html")}});
    BOOST_TEST((std::get<ask_failure>(ask(asking())).what == fault::malformed));
    server.scripts.push_back({{.bytes = whole_answer(200, result_1)}});  // of another request
    BOOST_TEST((std::get<ask_failure>(ask(asking())).what == fault::malformed));
    fixture down;
    down.server.dials.push_back(false);
    BOOST_TEST((std::get<ask_failure>(down.ask(asking())).what == fault::unreachable));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
