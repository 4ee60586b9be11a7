#include "tests/unit/net/http/gate_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>

namespace clarion::http::test {

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

// The server as its own client proves that it works, not that there is room.
BOOST_AUTO_TEST_CASE(the_servers_own_credential_passes_the_caps_and_no_other_does) {
    session::memory_budget memory;
    memory.spend();
    options.memory = &memory;
    options.websockets = {1, 0};
    options.is_own = [](std::string_view credential) {
        return credential == "own";
    };
    const std::string own = "Authorization: Bearer own\r\n" + std::string(upgrade_headers);
    for (int times = 0; times < 2; ++times) {
        BOOST_TEST(is(answer_to(get("/ws", own)), "101"));
        open();
    }
    BOOST_TEST(place->websockets().size() == 2U);
    BOOST_TEST(is(answer_to(get("/ws", upgrade_headers)), "503"));
    open();
    const std::string other = "Authorization: Bearer other\r\n" + std::string(upgrade_headers);
    BOOST_TEST(is(answer_to(get("/ws", other)), "503"));
    memory.recover();
    open();
    BOOST_TEST(is(answer_to(get("/ws", other)), "503"));
    // What it took counts for others, and is given back.
    streams[0]->end();
    streams[1]->end();
    world.run_for(milliseconds(1));
    BOOST_TEST(place->websockets().size() == 0U);
    open();
    place->drain();
    BOOST_TEST(is(answer_to(get("/ws", own)), "503"));
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

}  // namespace clarion::http::test
