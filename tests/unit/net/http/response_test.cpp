#include "net/http/response.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace clarion::http;

BOOST_AUTO_TEST_SUITE(response_encoding)

BOOST_AUTO_TEST_CASE(an_answer_carries_the_security_headers_and_its_length) {
    response answer;
    answer.content_type = "text/html; charset=utf-8";
    answer.body = "<p>";
    answer.content_security_policy = "default-src 'self'";
    answer.headers.push_back(header_field{"Allow", "GET"});
    BOOST_TEST(
        encode(answer, body_part::sent, connection_after::kept, 784111777000) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Length: 3\r\n"
        "Content-Security-Policy: default-src 'self'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Cache-Control: no-store\r\n"
        "Allow: GET\r\n"
        "\r\n<p>"
    );
}

BOOST_AUTO_TEST_CASE(a_head_request_gets_the_length_without_the_body) {
    const std::string wire =
        encode(plain_response(404, "No."), body_part::left_out, connection_after::closed, 0);
    BOOST_TEST(wire.starts_with("HTTP/1.1 404 Not Found\r\n"));
    BOOST_TEST(wire.find("Content-Length: 4\r\n") != std::string::npos);
    BOOST_TEST(wire.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(wire.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(no_content_has_neither_body_nor_length) {
    response answer;
    answer.status = 204;
    answer.body = "x";
    const std::string wire = encode(answer, body_part::sent, connection_after::kept, 0);
    BOOST_TEST(wire.find("Content-Length") == std::string::npos);
    BOOST_TEST(wire.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(what_is_unavailable_says_when_to_come_back) {
    const std::string wire =
        encode(unavailable("Full.", 5), body_part::sent, connection_after::closed, 0);
    BOOST_TEST(wire.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    BOOST_TEST(wire.find("Retry-After: 5\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
