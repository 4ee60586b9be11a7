#pragma once

#include "net/byte_stream.hpp"
#include "net/http/request_parser.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace clarion::http {

struct request_limits {
    std::size_t head_bytes_max = std::size_t{16} << 10U;  ///< past it 431
    duration head_timeout = std::chrono::seconds(10);     ///< for the whole head; past it 408
    duration body_timeout = std::chrono::seconds(30);     ///< for the whole body; past it 408
    duration idle_timeout = std::chrono::seconds(15);     ///< between requests
    duration send_timeout = std::chrono::seconds(30);     ///< for one answer
};

/// The stream ended; there is no one to answer.
struct no_request {};
using head_result = std::variant<head_read, response, no_request>;
using body_result = std::variant<request_read, response, no_request>;

/// The requests of one connection, one after the other. An answer in a result is a refusal, after
/// which the connection is closed.
class request_source {
public:
    request_source(net::byte_stream& stream, const request_limits& limits);
    request_source(const request_source&) = delete;
    request_source& operator=(const request_source&) = delete;

    enum class arrival : std::uint8_t { something, nothing };
    /// Waits for the first byte of the next request; `nothing` when the stream or the time ended.
    task<arrival> wait(time_point deadline);
    task<head_result> read_head(time_point deadline);

    /// Valid after read_head, until `take`.
    const request& head() const { return parser_->head(); }
    bool has_body() const { return parser_->has_body(); }
    /// Reads the body of a request that has one. Asks the client for it where it waits to be asked.
    task<body_result> read_body(std::size_t bytes_max, time_point deadline);

    /// The request as far as it was read; the next one may be waited for.
    request take();
    /// The bytes that came behind the request, which is given up; nothing is read afterwards.
    std::string take_rest();

private:
    enum class more : std::uint8_t { came, ended };
    task<more> read();
    /// Nothing when the deadline came first.
    task<std::optional<more>> read_before(time_point deadline);

    net::byte_stream& stream_;
    std::size_t head_bytes_max_;
    std::optional<request_parser> parser_;
    std::string input_;
};

}  // namespace clarion::http
