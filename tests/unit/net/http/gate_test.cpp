#include "net/http/gate.hpp"

#include "core/async/sleep.hpp"
#include "core/metrics/counters.hpp"
#include "net/websocket/frame_header.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::http;
using net::test::memory_stream;
using net::test::running;
using std::chrono::milliseconds;
using std::chrono::seconds;

route make_route(std::string method, std::string path, answer_at_once answer) {
    route made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.answer = std::move(answer);
    return made;
}

task<response> answer_slowly() {
    co_await sleep_for(seconds(1));
    co_return plain_response(200, "slow");
}

task<> take_one_message(websocket::transport& over, session::upgrade_request& who) {
    const websocket::incoming what = co_await over.receive();
    who.place_before_session.reset();
    const auto* message = std::get_if<websocket::message>(&what);
    const std::string answer =
        who.remote_address + " " + who.user.value_or("-") + " " + (message ? message->payload : "");
    const websocket::outgoing frame{websocket::opcode::text, answer};
    co_await over.send(std::span(&frame, 1));
    co_await over.send_close(1000, "");
}

task<> throw_at_once(websocket::transport&, const session::upgrade_request&) {
    throw std::runtime_error("broken on purpose");
    co_return;
}

// A gate on a virtual shard, and one connection to it.
struct fixture {
    fixture() {
        route page =
            make_route("GET", "/", [](const request&) { return plain_response(200, "hi"); });
        route slow = make_route("GET", "/slow", {});
        slow.answer = answer_later([](const request&) { return answer_slowly(); });
        route broken = make_route("GET", "/broken", [](const request&) -> response {
            throw std::runtime_error("a bug");
        });
        route posted = make_route("POST", "/post", [](const request& asked) {
            return plain_response(200, asked.body);
        });
        posted.body_bytes_max = 10;
        posted.body_type = "application/json";
        posted.open_to = access::guarded;
        options.routes = router({page, slow, broken, posted});
        websocket::transport_options limits;
        limits.message_bytes_max = limits.frame_bytes_max = 1000;
        options.endpoints = {{"/ws", limits, take_one_message}, {"/throw", limits, throw_at_once}};
        options.log = [this](std::string_view line) {
            log.emplace_back(line);
        };
    }

    ~fixture() {
        if (!door)
            return;
        door->drop_all();
        world.run_for(seconds(1));
    }

    void open(std::string address = "192.0.2.1") {
        if (!place)
            place = std::make_shared<site>(options);
        if (!door)
            door = std::make_unique<gate>(place);
        auto made = std::make_unique<watched_stream>(*this, std::move(address));
        stream = &made->inner;
        connections.push_back(std::make_unique<running>(world, door->serve(std::move(made))));
        world.run_for(milliseconds(0));
    }

    /// What comes back when all of `wire` was sent and nothing more happens for a moment.
    std::string answer_to(std::string_view wire) {
        if (stream == nullptr)
            open();
        stream->arrive(wire);
        world.run_for(milliseconds(1));
        return std::exchange(stream->sent, {});
    }

    bool has_ended() const { return connections.back()->has_ended(); }

    // Outlives the gate's stream, which the gate destroys.
    class watched_stream final : public net::byte_stream {
    public:
        watched_stream(fixture& in, std::string address)
            : inner(*in.streams.emplace_back(std::make_unique<memory_stream>(std::move(address)))) {
        }

        memory_stream& inner;

        task<net::io_result> read_some(std::span<char> into) override {
            return inner.read_some(into);
        }
        task<net::io_result> write(std::span<const char> from) override {
            return inner.write(from);
        }
        task<> finish(net::linger_limits limits) override { return inner.finish(limits); }
        void abort() noexcept override { inner.abort(); }
        const std::string& remote_address() const noexcept override {
            return inner.remote_address();
        }
    };

    sim::world world;
    site_options options;
    std::vector<std::string> log;
    std::shared_ptr<site> place;
    std::unique_ptr<gate> door;
    std::vector<std::unique_ptr<memory_stream>> streams;
    std::vector<std::unique_ptr<running>> connections;
    memory_stream* stream = nullptr;
};

bool is(std::string_view answer, std::string_view status) {
    return answer.starts_with("HTTP/1.1 " + std::string(status) + " ");
}

bool has(std::string_view answer, std::string_view part) {
    return answer.find(part) != std::string_view::npos;
}

std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
           "\r\n";
}

constexpr std::string_view upgrade_headers =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string masked_text(std::string_view text) {
    std::string wire;
    websocket::append_masked_frame(wire, websocket::opcode::text, text, {1, 2, 3, 4});
    return wire;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gate_requests, fixture)

BOOST_AUTO_TEST_CASE(one_connection_serves_request_after_request) {
    BOOST_TEST(is(answer_to(get("/")), "200"));
    BOOST_TEST(is(answer_to(get("/nothing")), "404"));
    // Pipelined, and cut in the middle.
    std::string two = get("/") + get("/");
    const std::string first = answer_to(two.substr(0, two.size() - 3));
    BOOST_TEST(is(first, "200"));
    BOOST_TEST(is(answer_to(two.substr(two.size() - 3)), "200"));
    BOOST_TEST(!has_ended());
    BOOST_TEST(is(answer_to(get("/", "Connection: close\r\n")), "200"));
    BOOST_TEST(has_ended());
    BOOST_TEST(stream->is_finished);
}

BOOST_AUTO_TEST_CASE(other_methods_are_named_and_head_has_no_body) {
    const std::string refused = answer_to("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(is(refused, "405"));
    BOOST_TEST(has(refused, "Allow: GET, HEAD\r\n"));
    const std::string head = answer_to("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(is(head, "200"));
    BOOST_TEST(has(head, "Content-Length: 3\r\n"));
    BOOST_TEST(head.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(an_answer_may_take_its_time) {
    BOOST_TEST(answer_to(get("/slow")).empty());
    world.run_for(seconds(1));
    BOOST_TEST(is(stream->sent, "200"));
}

BOOST_AUTO_TEST_CASE(a_route_that_throws_is_a_500_and_a_line_in_the_log) {
    BOOST_TEST(is(answer_to(get("/broken")), "500"));
    BOOST_TEST_REQUIRE(log.size() == 1U);
    BOOST_TEST(has(log.front(), "CRITICAL"));
    BOOST_TEST(has(log.front(), "a bug"));
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_CASE(a_head_that_never_ends_is_a_431) {
    const std::string answer = answer_to("GET / HTTP/1.1\r\nX: " + std::string(17000, 'x'));
    BOOST_TEST(is(answer, "431"));
    BOOST_TEST(has(answer, "Connection: close\r\n"));
    BOOST_TEST(stream->is_finished);
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_too_slowly_is_a_408) {
    BOOST_TEST(answer_to("GET / HTTP/1.1\r\n").empty());
    world.run_for(seconds(9));
    stream->arrive("Host: localhost\r\n");
    world.run_for(milliseconds(900));
    BOOST_TEST(stream->sent.empty());
    world.run_for(milliseconds(200));
    BOOST_TEST(is(stream->sent, "408"));
    BOOST_TEST(stream->is_finished);
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_CASE(a_connection_without_a_request_ends_silently) {
    open();
    world.run_for(seconds(11));
    BOOST_TEST(has_ended());
    BOOST_TEST(stream->sent.empty());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_kept_for_its_time_only) {
    BOOST_TEST(is(answer_to(get("/")), "200"));
    world.run_for(seconds(14));
    BOOST_TEST(is(answer_to(get("/")), "200"));
    world.run_for(seconds(16));
    BOOST_TEST(has_ended());
    BOOST_TEST(stream->sent.empty());
}

BOOST_AUTO_TEST_CASE(garbage_is_a_400_and_the_end) {
    BOOST_TEST(is(answer_to("\x16\x03\x01"), "400"));
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_CASE(http_1_1_needs_exactly_one_host) {
    BOOST_TEST(is(answer_to("GET / HTTP/1.1\r\n\r\n"), "400"));
    BOOST_TEST(is(answer_to("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400"));
    BOOST_TEST(is(answer_to("GET / HTTP/1.0\r\n\r\n"), "200"));
}

BOOST_AUTO_TEST_CASE(a_body_is_taken_only_where_it_is_wanted) {
    const std::string json = "Content-Type: application/json; charset=utf-8\r\n";
    const std::string post = "POST /post HTTP/1.1\r\nHost: localhost\r\n";
    BOOST_TEST(has(answer_to(post + json + "Content-Length: 5\r\n\r\nhello"), "hello"));
    BOOST_TEST(is(answer_to(post + "Content-Length: 0\r\n\r\n"), "415"));
    BOOST_TEST(is(answer_to(post + "Content-Type: text/plain\r\n\r\n"), "415"));
    BOOST_TEST(!has_ended());
    BOOST_TEST(is(answer_to(post + json + "Content-Length: 11\r\n\r\n"), "413"));
    BOOST_TEST(has_ended());
    open();
    BOOST_TEST(is(answer_to(get("/", "Content-Length: 1\r\n") + "x"), "413"));
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_to_be_asked_for_its_body_is_asked) {
    const std::string head =
        "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    BOOST_TEST(answer_to(head) == "HTTP/1.1 100 Continue\r\n\r\n");
    BOOST_TEST(is(answer_to("{}"), "200"));
}

BOOST_AUTO_TEST_CASE(guarded_routes_refuse_foreign_pages) {
    const std::string post = "POST /post HTTP/1.1\r\nContent-Type: application/json\r\nHost: ";
    BOOST_TEST(is(answer_to(post + "localhost\r\n\r\n"), "200"));
    BOOST_TEST(is(answer_to(post + "evil.example\r\n\r\n"), "403"));
    BOOST_TEST(is(answer_to(post + "localhost\r\nOrigin: http://evil.example\r\n\r\n"), "403"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(gate_upgrades, fixture)

BOOST_AUTO_TEST_CASE(frames_in_the_segment_of_the_upgrade_are_not_lost) {
    const std::string answer =
        answer_to(get("/ws?user=ada", upgrade_headers) + masked_text("early"));
    BOOST_TEST(is(answer, "101"));
    BOOST_TEST(has(answer, "192.0.2.1 ada early"));
    BOOST_TEST(has_ended());
    BOOST_TEST(stream->is_finished);
}

BOOST_AUTO_TEST_CASE(the_upgrade_is_read_in_every_cut) {
    const std::string wire = get("/ws?user=ada", upgrade_headers) + masked_text("early");
    for (std::size_t cut = 1; cut < wire.size(); ++cut) {
        open();
        std::string answer = answer_to(wire.substr(0, cut));
        answer += answer_to(wire.substr(cut));
        BOOST_TEST_CONTEXT("cut at " << cut) {
            BOOST_TEST(has(answer, "192.0.2.1 ada early"));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_guards_come_before_everything_else) {
    BOOST_TEST(is(answer_to(get("/ws")), "426"));
    BOOST_TEST(has_ended());
    open();
    BOOST_TEST(is(answer_to(get("/ws", "X-Forwarded-For: 192.0.2.9\r\n")), "403"));
    open();
    BOOST_TEST(is(answer_to(get("/ws", "Origin: http://evil.example\r\n")), "403"));
    open();
    BOOST_TEST(
        is(answer_to(get("/ws", std::string(upgrade_headers) + "Content-Length: 3\r\n")), "413")
    );
}

BOOST_AUTO_TEST_CASE(past_the_cap_an_upgrade_is_a_503_but_the_page_is_served) {
    options.websockets = {1, 0};
    BOOST_TEST(is(answer_to(get("/ws", upgrade_headers)), "101"));
    open();
    const std::string refused = answer_to(get("/ws", upgrade_headers));
    BOOST_TEST(is(refused, "503"));
    BOOST_TEST(has(refused, "Retry-After: 5\r\n"));
    open();
    BOOST_TEST(is(answer_to(get("/")), "200"));
    // The first one ends, and its place is free.
    streams.front()->arrive(masked_text("x"));
    world.run_for(milliseconds(1));
    open();
    BOOST_TEST(is(answer_to(get("/ws", upgrade_headers)), "101"));
    streams.back()->end();
    world.run_for(milliseconds(1));
}

BOOST_AUTO_TEST_CASE(too_many_connections_are_refused_at_once) {
    options.unauthenticated = {1, 0};
    open();
    open();
    BOOST_TEST(is(stream->sent, "503"));
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_CASE(an_upgraded_connection_holds_its_early_place_until_it_is_a_session) {
    options.unauthenticated = {1, 0};
    BOOST_TEST(is(answer_to(get("/ws", upgrade_headers)), "101"));
    BOOST_TEST(place->unauthenticated().size() == 1U);
    open();
    BOOST_TEST(is(stream->sent, "503"));
    BOOST_TEST(has(stream->sent, "Retry-After: 5\r\n"));
    // The first one's handshake ends: it is a session, or gone.
    streams.front()->arrive(masked_text("x"));
    world.run_for(milliseconds(1));
    BOOST_TEST(place->unauthenticated().size() == 0U);
    open();
    BOOST_TEST(stream->sent.empty());
}

BOOST_AUTO_TEST_CASE(without_memory_upgrades_are_503_and_pages_are_served) {
    session::memory_budget memory;
    options.memory = &memory;
    memory.spend();
    const std::string refused = answer_to(get("/ws", upgrade_headers));
    BOOST_TEST(is(refused, "503"));
    BOOST_TEST(has(refused, "Retry-After: 5\r\n"));
    BOOST_TEST(has(refused, "memory"));
    const auto& counted = metrics::counters_of(world.get_executor()).upgrades_refused;
    BOOST_TEST(counted.at(metrics::upgrade_refusal::memory) == 1U);
    open();
    BOOST_TEST(is(answer_to(get("/")), "200"));
    memory.recover();
    open();
    BOOST_TEST(is(answer_to(get("/ws?user=ada", upgrade_headers) + masked_text("x")), "101"));
}

BOOST_AUTO_TEST_CASE(a_trusted_proxy_s_word_is_taken_for_address_and_guards) {
    options.trusted_proxies = {*net::ip_network::parse("192.0.2.0/30")};
    const std::string upgrade = std::string(upgrade_headers) + "X-Forwarded-For: 203.0.113.7\r\n";
    BOOST_TEST(has(answer_to(get("/ws?user=ada", upgrade) + masked_text("x")), "203.0.113.7 ada x")
    );
    open("192.0.2.4");
    BOOST_TEST(is(answer_to(get("/ws?user=ada", upgrade) + masked_text("x")), "403"));
    open("192.0.2.1");
    BOOST_TEST(is(answer_to(get("/ws", upgrade + "Forwarded: for=203.0.113.8\r\n")), "400"));
    const std::string post =
        "POST /post HTTP/1.1\r\nContent-Type: application/json\r\nHost: localhost\r\n"
        "X-Forwarded-For: 203.0.113.7\r\n\r\n";
    open("192.0.2.1");
    BOOST_TEST(is(answer_to(post), "200"));
    open("192.0.2.4");
    BOOST_TEST(is(answer_to(post), "403"));
}

BOOST_AUTO_TEST_CASE(clients_behind_a_trusted_proxy_are_capped_one_by_one) {
    options.trusted_proxies = {*net::ip_network::parse("192.0.2.1/32")};
    options.websockets = {0, 1};
    options.unauthenticated = {0, 1};
    const auto from = [](std::string_view address) {
        return get(
            "/ws",
            std::string(upgrade_headers) + "X-Forwarded-For: " + std::string(address) + "\r\n"
        );
    };
    BOOST_TEST(is(answer_to(from("203.0.113.7")), "101"));
    open();
    BOOST_TEST(is(answer_to(from("203.0.113.8")), "101"));
    open();
    BOOST_TEST(is(answer_to(from("203.0.113.7")), "503"));
    // What the proxy itself opens is nobody's yet: only the total bounds it.
    open();
    open();
    BOOST_TEST(stream->sent.empty());
}

BOOST_AUTO_TEST_CASE(while_it_drains_upgrades_are_503_and_nothing_is_kept) {
    open();
    place->drain();
    const std::string page = answer_to(get("/"));
    BOOST_TEST(is(page, "200"));
    BOOST_TEST(has(page, "Connection: close\r\n"));
    open();
    const std::string refused = answer_to(get("/ws", upgrade_headers));
    BOOST_TEST(is(refused, "503"));
    BOOST_TEST(has(refused, "Retry-After: "));
}

BOOST_AUTO_TEST_CASE(a_service_that_throws_closes_1011_and_is_logged) {
    const std::string answer = answer_to(get("/throw", upgrade_headers));
    BOOST_TEST(has(answer, "\x88\x0c\x03\xf3"));
    BOOST_TEST(has_ended());
    BOOST_TEST(stream->is_finished);
    BOOST_TEST_REQUIRE(log.size() == 1U);
    BOOST_TEST(has(log.front(), "broken on purpose"));
}

BOOST_AUTO_TEST_CASE(closing_drops_what_waits_for_a_request_and_nothing_else) {
    open();
    memory_stream& idle = *stream;
    open();
    stream->arrive("GET / HTTP/1.1\r\n");
    world.run_for(milliseconds(1));
    door->close_idle();
    world.run_for(milliseconds(1));
    BOOST_TEST(idle.is_aborted);
    BOOST_TEST(connections.front()->has_ended());
    BOOST_TEST(!has_ended());
    const std::string page = answer_to("Host: a\r\n\r\n");
    BOOST_TEST(has(page, "Connection: close\r\n"));
    BOOST_TEST(has_ended());
}

BOOST_AUTO_TEST_SUITE_END()
