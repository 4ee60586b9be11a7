#pragma once

#include "core/async/random_source.hpp"
#include "net/byte_stream.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::websocket {

/// What a client asks for (RFC 6455 section 4.1). Every field is fit for a header line.
struct upgrade_request {
    std::string host;    ///< as in the Host header
    std::string target;  ///< path and query
    std::string subprotocol;
    std::optional<std::string> bearer;
};

/// The connection speaks WebSocket now.
struct upgraded {
    std::string already_read;  ///< the first bytes of the WebSocket, for `transport`
};

/// It does not, and is of no use any more. `status` is the HTTP status, 0 when there was no HTTP
/// answer, 101 when the answer broke RFC 6455. `reason` is the end of a sentence, as the peer has
/// it: it may hold control characters.
struct upgrade_refused {
    unsigned status = 0;
    std::string reason;
};

using upgrade_result = std::variant<upgraded, upgrade_refused>;

inline constexpr std::size_t upgrade_answer_bytes_max = std::size_t{16} * 1024;

/// The client's half of the opening handshake, without I/O.
class client_handshake {
public:
    client_handshake(const upgrade_request& wanted, random_source& random);

    /// The request, to be sent first.
    const std::string& request() const noexcept { return request_; }
    /// Takes bytes of the answer. Nothing: more are needed. Not to be called after a result.
    [[nodiscard]] std::optional<upgrade_result> feed(std::string_view bytes);

private:
    std::string subprotocol_;
    std::string key_;
    std::string request_;
    std::string answer_;
};

/// The whole handshake. The caller bounds its time.
task<upgrade_result> upgrade(net::byte_stream& stream, upgrade_request wanted);

}  // namespace clarion::websocket
