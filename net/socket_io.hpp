#pragma once

#include "net/byte_stream.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

// What the streams over a TCP socket share. For net's own .cpp files.
namespace clarion::net {

using tcp = asio::ip::tcp;
/// Sockets stay on the io_context's own executor, where Asio takes its fast paths; the coroutines
/// that use them run on `executor`.
using tcp_socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

/// The value for a failed operation. Throws operation_aborted instead when it failed because the
/// calling coroutine was cancelled.
stream_closed failed_with(const boost::system::error_code& error, asio::cancellation_state caller);

/// FIN, then reads within the limits, then closes.
task<> linger_and_close(tcp_socket& socket, linger_limits limits);

/// Closes; what is outstanding ends with `aborted`.
void close_now(tcp_socket& socket) noexcept;

/// The peer's address; an IPv4 address mapped into IPv6 is written as IPv4.
std::string address_of_peer(const tcp_socket& socket);

/// TCP_NODELAY, because a batch is one write already and must not wait for an acknowledgement.
void send_without_delay(tcp_socket& socket) noexcept;

/// The system's text for an error, as the end of a sentence.
std::string reason_of(const boost::system::error_code& error);

}  // namespace clarion::net
