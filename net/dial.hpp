#pragma once

#include "net/byte_stream.hpp"
#include "net/tls_stream.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace clarion::net {

struct destination {
    std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
    std::uint16_t port = 0;
    tls_context_ptr tls;  ///< none: plain TCP
};

/// One sentence that names the destination.
struct dial_failure {
    std::string message;
};

using dial_result = std::variant<byte_stream_ptr, dial_failure>;

/// Resolves, connects and, with TLS, shakes hands and verifies the certificate, all before
/// `deadline`. The stream belongs to the calling shard.
task<dial_result> dial(destination where, time_point deadline);

}  // namespace clarion::net
