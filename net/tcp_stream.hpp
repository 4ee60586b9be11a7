#pragma once

#include "net/socket_io.hpp"

namespace clarion::net {

/// A plain TCP connection. The socket is connected and belongs to the calling shard.
byte_stream_ptr make_tcp_stream(tcp_socket socket);

}  // namespace clarion::net
