#include "net/listener.hpp"

#include "core/async/shard.hpp"
#include "net/http/gate.hpp"
#include "tests/flow/net/raw_client.hpp"
#include "tests/flow/net/server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::net;
using namespace clarion::net::test;
using std::chrono::milliseconds;
using websocket::opcode;

std::string why_not(const listen_address& address) {
    shard home(0);
    const auto none = [](shard&) -> std::unique_ptr<stream_service> {
        return std::make_unique<http::gate>(nullptr);
    };
    try {
        const listener refused(address, {&home}, {}, none);
        return "it listens on " + refused.address();
    } catch (const listen_error& error) {
        return error.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_listener)

BOOST_AUTO_TEST_CASE(frames_in_the_segment_of_the_upgrade_are_echoed) {
    server here;
    raw_client client(here.port());
    client.upgrade("/echo", from_client(opcode::text, "early") + from_client(opcode::ping, "p"));
    const std::string expected =
        from_server(opcode::text, "early") + from_server(opcode::pong, "p");
    BOOST_TEST(client.read(expected.size()) == expected);
}

BOOST_AUTO_TEST_CASE(connections_are_dealt_to_all_shards_and_live_side_by_side) {
    server here;
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(std::make_unique<raw_client>(here.port()));
        clients.back()->upgrade("/echo");
    }
    const std::string large(300'000, 'x');
    for (const auto& client : clients)
        BOOST_TEST(client->send(from_client(opcode::binary, large)));
    const std::string expected = from_server(opcode::binary, large);
    for (const auto& client : clients)
        BOOST_TEST((client->read(expected.size()) == expected));
    BOOST_TEST(here.site().websockets().size() == 12U);
    BOOST_TEST(here.site().unauthenticated().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_head_over_its_limit_is_a_431_that_arrives) {
    server here;
    raw_client client(here.port());
    // More than is read: without the lingering read this would be a reset.
    client.send("GET / HTTP/1.1\r\nX: " + std::string(200'000, 'x'));
    BOOST_TEST(client.read_to_end().starts_with("HTTP/1.1 431 "));
}

BOOST_AUTO_TEST_CASE(a_slow_head_is_a_408) {
    http::site_options options;
    options.limits.head_timeout = milliseconds(50);
    server here(std::move(options));
    raw_client client(here.port());
    client.send("GET / HTTP/1.1\r\n");
    BOOST_TEST(client.read_to_end().starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(past_the_cap_an_upgrade_is_a_503_with_retry_after) {
    http::site_options options;
    options.websockets = {1, 0};
    server here(std::move(options));
    raw_client first(here.port());
    first.upgrade("/echo");
    raw_client second(here.port());
    second.send(upgrade_request("/echo"));
    const std::string refused = second.read_to_end();
    BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(refused.find("Retry-After: ") != std::string::npos);
    raw_client third(here.port());
    third.send(get("/healthz"));
    BOOST_TEST(third.read_to("alive\n").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(past_the_listener_s_own_bound_a_connection_is_closed_at_once) {
    listener_options how;
    how.connections_max = 3;
    server here({}, std::move(how));
    std::vector<std::unique_ptr<raw_client>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<raw_client>(here.port()));
        held.back()->upgrade("/echo");
    }
    raw_client one_more(here.port());
    BOOST_TEST(one_more.read_to_end().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_keeps_sending_still_gets_the_close_code) {
    server here;
    raw_client client(here.port());
    client.upgrade("/echo");
    // A violation, and then much more than the socket buffers hold, before anything is read.
    client.send("\xff");
    const std::string flood(64 * 1024, 'x');
    for (int i = 0; i < 12; ++i)
        BOOST_TEST(client.send(flood));
    client.end();
    BOOST_TEST(client.read_to_end().starts_with("\x88\x12\x03\xea"));
}

BOOST_AUTO_TEST_CASE(a_client_that_never_stops_is_dropped_in_the_end) {
    server here;
    raw_client client(here.port());
    client.upgrade("/echo");
    client.send("\xff");
    const std::string flood(64 * 1024, 'x');
    // Far more than the lingering read takes, so the server must have closed before the end.
    int sent = 0;
    while (sent < 1000 && client.send(flood))
        ++sent;
    BOOST_TEST(sent < 1000);
}

BOOST_AUTO_TEST_CASE(the_close_handshake_ends_with_the_server_s_fin) {
    server here;
    raw_client client(here.port());
    client.upgrade("/echo");
    client.send(from_client(opcode::close, "\x0f\xa1"));
    BOOST_TEST(client.read_to_end() == "\x88\x02\x0f\xa1");
}

BOOST_AUTO_TEST_CASE(a_service_that_throws_concerns_its_connection_only) {
    server here;
    raw_client bystander(here.port());
    bystander.upgrade("/echo");
    raw_client client(here.port());
    client.upgrade("/throw");
    BOOST_TEST(client.read_to_end().starts_with("\x88\x0c\x03\xf3"));
    bystander.send(from_client(opcode::text, "hi"));
    BOOST_TEST(bystander.read(4) == from_server(opcode::text, "hi"));
    BOOST_TEST(here.log().size() == 1U);
}

BOOST_AUTO_TEST_CASE(closing_ends_idle_connections_at_once_and_waits_for_the_others) {
    server here;
    raw_client idle(here.port());
    idle.send(get("/healthz"));
    idle.read_to("alive\n");
    raw_client talking(here.port());
    talking.upgrade("/echo");
    std::thread closing([&here] { here.close(std::chrono::seconds(30)); });
    BOOST_TEST(idle.read_to_end().empty());
    talking.send(from_client(opcode::text, "hi"));
    BOOST_TEST(talking.read(4) == from_server(opcode::text, "hi"));
    talking.send(from_client(opcode::close, "\x03\xe8"));
    BOOST_TEST(talking.read_to_end() == "\x88\x02\x03\xe8");
    talking.end();
    closing.join();
}

BOOST_AUTO_TEST_CASE(closing_without_grace_drops_what_is_open) {
    server here;
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 9; ++i) {
        clients.push_back(std::make_unique<raw_client>(here.port()));
        clients.back()->upgrade("/echo");
    }
    here.close(milliseconds(0));
    for (const auto& client : clients)
        BOOST_TEST(client->read_to_end().empty());
}

BOOST_AUTO_TEST_CASE(clients_that_come_while_it_closes_do_no_harm) {
    for (int round = 0; round < 5; ++round) {
        auto here = std::make_unique<server>();
        const std::uint16_t port = here->port();
        std::atomic<bool> stop = false;
        std::vector<std::unique_ptr<raw_client>> early;
        for (int i = 0; i < 20; ++i)
            early.push_back(std::make_unique<raw_client>(port));
        std::thread knocking([&] {
            for (const auto& client : early)
                client->send(upgrade_request("/echo"));
            stop = true;
        });
        here->close(milliseconds(0));
        knocking.join();
        BOOST_TEST(stop);
    }
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_had_is_one_line) {
    server here;
    const std::string port = std::to_string(here.port());
    BOOST_TEST(
        why_not({"127.0.0.1", here.port()}) ==
        "cannot listen on 127.0.0.1:" + port + ": address already in use"
    );
    BOOST_TEST(why_not({"no.address", 1}) == "cannot listen on no.address:1: not an IP address");
    BOOST_TEST(
        why_not({"192.0.2.1", 1}) == "cannot listen on 192.0.2.1:1: cannot assign requested address"
    );
    BOOST_TEST(why_not({"localhost", 0}).starts_with("it listens on 127.0.0.1:"));
    BOOST_TEST(why_not({"::1", 0}).find("[::1]:") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
