#include "net/http/client.hpp"

#include "core/async/task_group.hpp"
#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::http;
using namespace clarion::net::test;
using std::chrono::seconds;
using kind = server_step::kind;

// What came of one request.
struct outcome {
    unsigned status = 0;
    std::string body;
    std::optional<exchange_failure> failure;
};

task<outcome> fetch(client& by, client_request asked, client_deadlines until) {
    outcome result;
    exchange_result sent = co_await by.send(std::move(asked), until);
    if (auto* failure = std::get_if<exchange_failure>(&sent)) {
        result.failure = std::move(*failure);
        co_return result;
    }
    exchange& answer = *std::get<exchange_ptr>(sent);
    result.status = answer.head().status;
    while (true) {
        body_step step = co_await answer.read(until.answered);
        if (auto* piece = std::get_if<std::string>(&step)) {
            result.body += *piece;
            continue;
        }
        if (auto* failure = std::get_if<exchange_failure>(&step))
            result.failure = std::move(*failure);
        co_return result;
    }
}

struct fixture {
    fixture() : tested(options()) {}

    client_options options() {
        client_options made;
        made.dial = server.dial();
        made.user_agent = "clarion/test";
        return made;
    }

    static client_request asking(const char* where = "http://api.test:8080/v1") {
        client_request made;
        made.target = std::get<url>(parse_url(where));
        return made;
    }

    outcome get(client_request asked = asking()) {
        const client_deadlines until{world.now() + seconds(5), world.now() + seconds(10)};
        return result_of(world, fetch(tested, std::move(asked), until));
    }

    sim::world world;
    scripted_server server{world};
    client tested;
};

server_script answer(std::string bytes) {
    return {{.bytes = std::move(bytes)}};
}

BOOST_AUTO_TEST_SUITE(http_client)

BOOST_FIXTURE_TEST_CASE(a_request_is_sent_as_http_1_1, fixture) {
    server.scripts = {answer(whole_answer(200, "hi"))};
    client_request asked = asking();
    asked.method = "POST";
    asked.headers = {{"X-Key", "value"}};
    asked.body = "{}";
    BOOST_TEST(get(asked).body == "hi");
    BOOST_TEST(
        server.requests.at(0) ==
        "POST /v1 HTTP/1.1\r\nHost: api.test:8080\r\nUser-Agent: clarion/test\r\n"
        "Accept-Encoding: identity\r\nX-Key: value\r\nContent-Length: 2\r\n\r\n{}"
    );
    BOOST_TEST(server.dialled.at(0).host == "api.test");
    BOOST_TEST(server.dialled.at(0).port == 8080);
}

BOOST_FIXTURE_TEST_CASE(a_connection_is_used_again, fixture) {
    server.scripts = {answer(whole_answer(200, "one")), answer(whole_answer(404, "two"))};
    BOOST_TEST(get().body == "one");
    BOOST_TEST(tested.idle_connections_count() == 1U);
    const outcome second = get();
    BOOST_TEST(second.status == 404U);
    BOOST_TEST(server.connections.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(connections_are_not_shared_between_origins, fixture) {
    server.scripts = {answer(whole_answer(200, "one")), answer(whole_answer(200, "two"))};
    get();
    get(asking("http://api.test:8081/"));
    BOOST_TEST(server.connections.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_was_idle_too_long_is_closed, fixture) {
    server.scripts = {answer(whole_answer(200, "one")), answer(whole_answer(200, "two"))};
    get();
    world.run_for(seconds(31));
    get();
    BOOST_TEST(server.connections.size() == 2U);
    BOOST_TEST(server.connections.at(0)->is_dropped);
}

BOOST_FIXTURE_TEST_CASE(an_idle_connection_that_was_closed_is_replaced_unseen, fixture) {
    for (const kind how : {kind::end, kind::reset}) {
        server.scripts = {
            {{.bytes = whole_answer(200, "one")}, {.after = seconds(1), .what = how}},
            answer(whole_answer(200, "two")),
        };
        const std::size_t before = server.connections.size();
        get();
        world.run_for(seconds(2));
        const outcome second = get();
        BOOST_TEST(second.body == "two");
        BOOST_TEST(server.connections.size() == before + 2);
        tested.close_idle();
    }
}

BOOST_FIXTURE_TEST_CASE(what_may_not_be_repeated_goes_on_a_connection_of_its_own, fixture) {
    server.scripts = {answer(whole_answer(200, "one")), {{.what = kind::end}}};
    get();
    client_request once = asking();
    once.method = "POST";
    once.repeats = repetition::forbidden;
    const outcome result = get(once);
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::cut_off));
    BOOST_TEST(server.connections.size() == 2U);
    BOOST_TEST(server.requests.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_new_connection_that_ends_is_a_failure, fixture) {
    server.scripts = {{{.what = kind::end}}};
    const outcome result = get();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::cut_off));
    BOOST_TEST(server.connections.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_body_cut_short_is_a_failure, fixture) {
    server.scripts = {
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"}, {.what = kind::end}}
    };
    const outcome result = get();
    BOOST_TEST(result.body == "hello");
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::cut_off));
    BOOST_TEST(tested.idle_connections_count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_body_may_end_with_its_connection, fixture) {
    server.scripts = {{{.bytes = "HTTP/1.1 200 OK\r\n\r\nhello"}, {.what = kind::end}}};
    const outcome result = get();
    BOOST_TEST(!result.failure);
    BOOST_TEST(result.body == "hello");
    BOOST_TEST(tested.idle_connections_count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(bytes_behind_an_answer_spoil_the_connection, fixture) {
    server.scripts = {answer(whole_answer(200, "one") + "HTTP/1.1 200 OK\r\n")};
    BOOST_TEST(get().body == "one");
    BOOST_TEST(tested.idle_connections_count() == 0U);
    BOOST_TEST(server.connections.at(0)->is_dropped);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_http_is_told, fixture) {
    server.scripts = {answer("SSH-2.0-OpenSSH\r\n\r\n")};
    const outcome result = get();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::malformed));
}

BOOST_FIXTURE_TEST_CASE(a_deadline_drops_the_connection, fixture) {
    server.scripts = {{{.after = seconds(30), .bytes = whole_answer(200, "late")}}};
    const outcome result = get();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::late));
    BOOST_TEST(server.connections.at(0)->is_dropped);
}

BOOST_FIXTURE_TEST_CASE(no_connection_is_a_failure_of_its_own, fixture) {
    server.dials = {false};
    const outcome result = get();
    BOOST_REQUIRE(result.failure);
    BOOST_TEST((result.failure->what == exchange_fault::unreachable));
}

BOOST_FIXTURE_TEST_CASE(https_without_tls_is_refused_by_name, fixture) {
    const outcome result = get(asking("https://api.test/"));
    BOOST_REQUIRE(result.failure);
    BOOST_TEST(result.failure->message.find("TLS") != std::string::npos);
    BOOST_TEST(server.dialled.empty());
}

BOOST_FIXTURE_TEST_CASE(an_http_proxy_is_asked_with_the_whole_url, fixture) {
    client_options with = options();
    with.proxies = std::get<proxy_rules>(proxy_rules::read({"http://u:p@proxy:3128", "", ""}));
    client by(std::move(with));
    server.scripts = {answer(whole_answer(200, "hi"))};
    const client_deadlines until{world.now() + seconds(5), world.now() + seconds(10)};
    BOOST_TEST(result_of(world, fetch(by, asking("http://api.test/v1"), until)).body == "hi");
    BOOST_TEST(server.dialled.at(0).host == "proxy");
    BOOST_TEST(!server.dialled.at(0).through);
    BOOST_TEST(server.requests.at(0).starts_with("GET http://api.test/v1 HTTP/1.1\r\n"));
    BOOST_TEST(server.requests.at(0).find("Proxy-Authorization: Basic dTpw") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_drops_the_connection_at_once, fixture) {
    server.scripts = {{{.bytes = "HTTP/1.1 200 OK\r\n\r\nhello"}}};
    task_group group(world.get_executor());
    const auto forever = [this]() -> task<> {
        const client_deadlines until;
        co_await fetch(tested, asking(), until);
    };
    const auto child = group.spawn(forever());
    world.run_for(seconds(1));
    BOOST_REQUIRE(!server.connections.at(0)->is_dropped);
    child.cancel();
    world.run_for(milliseconds(0));
    BOOST_TEST(server.connections.at(0)->is_dropped);
    complete(world, group.join());
}

BOOST_AUTO_TEST_CASE(idle_connections_are_bounded_by_origin_and_in_all) {
    sim::world world;
    scripted_server server(world);
    idle_connections idle({.connections_max = 3, .per_origin_max = 2});
    const auto put = [&](const char* origin) {
        const auto dial = server.dial();
        auto dialled = result_of(world, dial({}, time_point::never()));
        idle.put(origin, std::get<net::byte_stream_ptr>(std::move(dialled)), world.now());
    };
    for (const char* origin : {"a", "a", "a"})
        put(origin);
    BOOST_TEST(idle.size() == 2U);
    BOOST_TEST(server.connections.at(0)->is_dropped);
    put("b");
    put("c");
    BOOST_TEST(idle.size() == 3U);
    BOOST_TEST(server.connections.at(1)->is_dropped);
    BOOST_TEST((idle.take("d", world.now()) == nullptr));
    BOOST_TEST((idle.take("a", world.now()) != nullptr));
    BOOST_TEST((idle.take("a", world.now()) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
