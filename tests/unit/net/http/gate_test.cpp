#include "tests/unit/net/http/gate_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace clarion::http::test {

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

}  // namespace clarion::http::test
