#include "tests/flow/net/raw_client.hpp"

#include "net/websocket/frame_header.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace clarion::net::test {

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    BOOST_REQUIRE(socket_ >= 0);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    static_assert(sizeof generic == sizeof to);
    std::memcpy(&generic, &to, sizeof to);
    BOOST_REQUIRE(::connect(socket_, &generic, sizeof generic) == 0);
}

raw_client::~raw_client() {
    ::close(socket_);
}

bool raw_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void raw_client::end() {
    ::shutdown(socket_, SHUT_WR);
}

raw_client::outcome raw_client::read_more() {
    std::array<char, 65536> piece{};
    const ssize_t bytes = ::recv(socket_, piece.data(), piece.size(), 0);
    if (bytes < 0)
        BOOST_FAIL("reading failed: " << std::strerror(errno) << ", after " << received_.size());
    received_.append(piece.data(), static_cast<std::size_t>(bytes));
    return bytes == 0 ? outcome::end : outcome::bytes;
}

std::string raw_client::read_to(std::string_view part) {
    std::size_t at = received_.find(part);
    while (at == std::string::npos) {
        BOOST_REQUIRE_MESSAGE(read_more() == outcome::bytes, "the end came after " << received_);
        at = received_.find(part);
    }
    const std::string result = received_.substr(0, at + part.size());
    received_.erase(0, result.size());
    return result;
}

std::string raw_client::read(std::size_t bytes) {
    while (received_.size() < bytes)
        BOOST_REQUIRE_MESSAGE(read_more() == outcome::bytes, "the end came after " << received_);
    const std::string result = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return result;
}

std::string raw_client::read_to_end() {
    while (read_more() == outcome::bytes) {
    }
    std::string result;
    result.swap(received_);
    return result;
}

void raw_client::upgrade(std::string_view path, std::string_view more) {
    BOOST_REQUIRE(send(upgrade_request(path) + std::string(more)));
    BOOST_REQUIRE(read_to("\r\n\r\n").starts_with("HTTP/1.1 101 "));
}

std::string get(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string upgrade_request(std::string_view path) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::string from_client(websocket::opcode kind, std::string_view payload) {
    std::string wire;
    websocket::append_masked_frame(wire, kind, payload, {1, 2, 3, 4});
    return wire;
}

std::string from_server(websocket::opcode kind, std::string_view payload) {
    std::string wire;
    websocket::append_frame(wire, kind, payload);
    return wire;
}

}  // namespace clarion::net::test
