#include "net/socket_io.hpp"

#include "core/async/first_of.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace clarion::net {

namespace {

stream_end how_it_ended(const boost::system::error_code& error) {
    if (error == asio::error::eof)
        return stream_end::end_of_stream;
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        return stream_end::aborted;
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe ||
        error == asio::error::connection_aborted || error == asio::error::timed_out)
        return stream_end::reset;
    return stream_end::failed;
}

task<> read_and_drop(tcp_socket& socket, std::size_t bytes_max) {
    std::array<char, 4096> dropped;
    while (bytes_max > 0) {
        const auto [error, bytes] = co_await socket.async_read_some(
            asio::buffer(dropped, std::min(dropped.size(), bytes_max)),
            asio::as_tuple(use_task)
        );
        if (error)
            co_return;
        bytes_max -= bytes;
    }
}

}  // namespace

stream_closed failed_with(const boost::system::error_code& error, asio::cancellation_state caller) {
    if (error == asio::error::operation_aborted &&
        caller.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(error);
    return stream_closed{how_it_ended(error), reason_of(error)};
}

task<> linger_and_close(tcp_socket& socket, linger_limits limits) {
    const executor on = co_await asio::this_coro::executor;
    boost::system::error_code not_connected;
    socket.shutdown(tcp_socket::shutdown_send, not_connected);
    if (!not_connected) {
        const time_point deadline = on.owner().now() + limits.time;
        co_await before(deadline, read_and_drop(socket, limits.bytes_max));
    }
    close_now(socket);
}

void close_now(tcp_socket& socket) noexcept {
    boost::system::error_code closed_anyway;
    socket.close(closed_anyway);
}

std::string address_of_peer(const tcp_socket& socket) {
    boost::system::error_code gone;
    const tcp::endpoint peer = socket.remote_endpoint(gone);
    if (gone)
        return "unknown";
    const asio::ip::address address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

void send_without_delay(tcp_socket& socket) noexcept {
    boost::system::error_code gone;
    socket.set_option(tcp::no_delay(true), gone);
}

std::string reason_of(const boost::system::error_code& error) {
    std::string text = error.message();
    // "Connection refused", but not "SSL error": only a word's single capital goes.
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

}  // namespace clarion::net
