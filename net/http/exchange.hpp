#pragma once

#include "net/byte_stream.hpp"
#include "net/http/idle_connections.hpp"
#include "net/http/response_parser.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace clarion::http {

inline constexpr std::size_t answer_head_bytes_max = 65536;

enum class exchange_fault : std::uint8_t {
    unreachable,  ///< there was no connection
    cut_off,      ///< it ended too early
    late,         ///< the deadline came first
    malformed,    ///< the peer does not speak HTTP
};

/// Why there is no answer, or no more of it. The message is one sentence's end.
struct exchange_failure {
    exchange_fault what = exchange_fault::cut_off;
    std::string message;
};

/// The body is whole.
struct body_end {};
using body_step = std::variant<std::string, body_end, exchange_failure>;

/// One request and its answer on one connection, which goes back to the idle ones when the answer
/// was read to its end, and is dropped at once when the exchange is destroyed before that. One
/// shard; `idle` outlives it.
class exchange {
public:
    /// `origin` is what the connection is kept under.
    exchange(net::byte_stream_ptr stream, idle_connections& idle, std::string origin);
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange();

    /// Sends a request and reads the head of its answer. Once. Throws operation_aborted when
    /// cancelled, like `read`.
    task<std::optional<exchange_failure>> begin(std::string request, time_point deadline);
    /// No byte of an answer has come: a connection that had been idle was closed meanwhile.
    bool is_unanswered() const { return is_unanswered_; }

    const response_head& head() const { return parser_.head(); }
    /// The next piece of the body, never empty.
    task<body_step> read(time_point deadline);

private:
    task<std::optional<exchange_failure>> receive(time_point deadline);
    void keep_if_whole(time_point now);

    net::byte_stream_ptr stream_;
    idle_connections& idle_;
    std::string origin_;
    response_parser parser_;
    response_stage stage_ = response_stage::head;
    std::string input_;
    std::array<char, 16384> room_{};
    bool is_unanswered_ = true;
};

}  // namespace clarion::http
