#include "tools/clarion-trace/admin_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <variant>

using namespace clarion::trace_tool;
namespace asio = boost::asio;
using asio::ip::tcp;

BOOST_AUTO_TEST_SUITE(trace_admin_client)

BOOST_AUTO_TEST_CASE(an_address_is_a_host_and_a_port) {
    const auto plain = std::get<admin_address>(parse_address("127.0.0.1:8081"));
    BOOST_TEST(plain.host == "127.0.0.1");
    BOOST_TEST(plain.port == "8081");
    BOOST_TEST(std::get<admin_address>(parse_address("[::1]:80")).host == "::1");
    for (const char* wrong : {"", "localhost", ":80", "host:"})
        BOOST_TEST(std::holds_alternative<std::string>(parse_address(wrong)), wrong);
}

/// Answers one request with `response`, says nothing more, and closes when `closes`.
struct one_answer {
    explicit one_answer(std::string response, bool closes)
        : thread([this, response = std::move(response), closes] {
              tcp::socket with = listener.accept();
              std::string asked;
              asio::read_until(with, asio::dynamic_buffer(asked), "\r\n\r\n");
              asio::write(with, asio::buffer(response));
              boost::system::error_code ignored;
              if (!closes)
                  asio::read(with, asio::dynamic_buffer(asked), ignored);
          }) {}

    admin_address address() const {
        return {"127.0.0.1", std::to_string(listener.local_endpoint().port())};
    }

    asio::io_context io;
    tcp::acceptor listener{io, {asio::ip::address_v4::loopback(), 0}};
    std::jthread thread;
};

BOOST_AUTO_TEST_CASE(a_body_is_taken_from_a_200_alone) {
    const std::string bytes("a\0b", 3);
    const one_answer good("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + bytes, true);
    BOOST_TEST((std::get<std::string>(get(good.address(), "/")) == bytes));
    const one_answer busy(
        "HTTP/1.1 409 Conflict\r\nContent-Length: 26\r\n\r\nsomebody else is recording\n",
        true
    );
    const answer refused = get(busy.address(), "/");
    BOOST_TEST(std::get<failure>(refused).why.find("409: somebody else") != std::string::npos);
    const one_answer other("SSH-2.0\r\n\r\n", true);
    BOOST_TEST(std::holds_alternative<failure>(get(other.address(), "/")));
    const one_answer cut("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nhalf", true);
    BOOST_TEST(std::holds_alternative<failure>(get(cut.address(), "/")));
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_is_told_of) {
    const one_answer hangs("HTTP/1.1 200 OK\r\n", false);
    const answer none = get(hangs.address(), "/", std::chrono::seconds(1));
    BOOST_TEST(
        std::get<failure>(none).why.find("socket was closed due to a timeout") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_named) {
    const answer none = get(admin_address{"127.0.0.1", "1"}, "/");
    BOOST_TEST(std::get<failure>(none).why.starts_with("cannot ask 127.0.0.1:1: "));
}

BOOST_AUTO_TEST_SUITE_END()
