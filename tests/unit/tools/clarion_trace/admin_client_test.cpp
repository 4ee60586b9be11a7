#include "tools/clarion-trace/admin_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

using namespace clarion::trace_tool;

BOOST_AUTO_TEST_SUITE(trace_admin_client)

BOOST_AUTO_TEST_CASE(an_address_is_a_host_and_a_port) {
    const auto plain = std::get<admin_address>(parse_address("127.0.0.1:8081"));
    BOOST_TEST(plain.host == "127.0.0.1");
    BOOST_TEST(plain.port == "8081");
    BOOST_TEST(std::get<admin_address>(parse_address("[::1]:80")).host == "::1");
    for (const char* wrong : {"", "localhost", ":80", "host:"})
        BOOST_TEST(std::holds_alternative<std::string>(parse_address(wrong)), wrong);
}

BOOST_AUTO_TEST_CASE(a_body_is_taken_from_a_200_alone) {
    const std::string bytes("a\0b", 3);
    const answer good = body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + bytes);
    BOOST_TEST((std::get<std::string>(good) == bytes));
    const answer busy = body_of("HTTP/1.1 409 Conflict\r\n\r\nsomebody else is recording\n");
    BOOST_TEST(std::get<failure>(busy).why.find("409: somebody else") != std::string::npos);
    BOOST_TEST(std::holds_alternative<failure>(body_of("SSH-2.0")));
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_named) {
    const answer none = get(admin_address{"127.0.0.1", "1"}, "/");
    BOOST_TEST(std::get<failure>(none).why.starts_with("cannot ask 127.0.0.1:1: "));
}

BOOST_AUTO_TEST_SUITE_END()
