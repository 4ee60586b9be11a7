#pragma once

#include "net/websocket/occurrence.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::net::test {

/// A client that puts bytes on a blocking loopback socket and looks at what comes back. Every wait
/// has a bound of ten seconds, after which the test fails.
class raw_client {
public:
    explicit raw_client(std::uint16_t port);
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client();

    /// Returns false when the server no longer takes bytes.
    bool send(std::string_view bytes);
    /// FIN.
    void end();
    /// Reads until `part` is in what has come; gives back everything up to and including it.
    std::string read_to(std::string_view part);
    /// Reads exactly so many bytes.
    std::string read(std::size_t bytes);
    /// Reads to the server's end of the stream. A reset fails the test.
    std::string read_to_end();

    /// Opens a WebSocket; `more` goes into the same segment.
    void upgrade(std::string_view path, std::string_view more = "");

private:
    enum class outcome : std::uint8_t { bytes, end };
    outcome read_more();

    int socket_;
    std::string received_;
};

std::string get(std::string_view path);
std::string upgrade_request(std::string_view path);
std::string from_client(websocket::opcode kind, std::string_view payload);
std::string from_server(websocket::opcode kind, std::string_view payload);

}  // namespace clarion::net::test
