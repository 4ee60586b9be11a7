#include "net/tls_stream.hpp"

#include "core/async/first_of.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <utility>

#include <openssl/ssl.h>

namespace clarion::net {

namespace {

using ssl_stream = asio::ssl::stream<tcp_socket>;

// A peer that leaves without close_notify: every frame and request has its own length, so nothing
// was cut off unnoticed.
boost::system::error_code as_tcp_would_say(const boost::system::error_code& error) {
    return error == asio::ssl::error::stream_truncated ? asio::error::eof : error;
}

class tls_stream final : public byte_stream {
public:
    tls_stream(tcp_socket socket, tls_context_ptr context)
        : context_(std::move(context)),
          remote_address_(address_of_peer(socket)),
          stream_(std::move(socket), context_->native()) {}

    ssl_stream& native() { return stream_; }

    task<io_result> read_some(std::span<char> into) override {
        const auto [error, bytes] = co_await stream_.async_read_some(
            asio::buffer(into.data(), into.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return io_result(failed_with(as_tcp_would_say(error), caller));
    }

    task<io_result> write(std::span<const char> from) override {
        const auto [error, bytes] = co_await asio::async_write(
            stream_,
            asio::buffer(from.data(), from.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return io_result(failed_with(as_tcp_would_say(error), caller));
    }

    task<> finish(linger_limits limits) override {
        const executor on = co_await asio::this_coro::executor;
        // close_notify goes out first; the wait for the peer's ends early when data comes instead.
        const time_point deadline = on.owner().now() + limits.time;
        co_await before(deadline, say_goodbye());
        co_await linger_and_close(stream_.next_layer(), limits);
    }

    void abort() noexcept override { close_now(stream_.next_layer()); }
    const std::string& remote_address() const noexcept override { return remote_address_; }

private:
    task<> say_goodbye() {
        // However it fails, the socket is closed next.
        co_await stream_.async_shutdown(asio::as_tuple(use_task));
    }

    tls_context_ptr context_;
    std::string remote_address_;
    ssl_stream stream_;
};

task<boost::system::error_code>
shake_hands(ssl_stream& stream, asio::ssl::stream_base::handshake_type side) {
    const auto [error] = co_await stream.async_handshake(side, asio::as_tuple(use_task));
    co_return error;
}

task<tls_result> established(
    std::unique_ptr<tls_stream> stream,
    asio::ssl::stream_base::handshake_type side,
    time_point deadline
) {
    const auto error = co_await before(deadline, shake_hands(stream->native(), side));
    if (!error)
        co_return tls_result(stream_closed{stream_end::failed, "no TLS handshake in time"});
    if (*error) {
        const std::string why = "TLS handshake failed: " + reason_of(*error);
        co_return tls_result(stream_closed{stream_end::failed, why});
    }
    co_return tls_result(byte_stream_ptr(std::move(stream)));
}

}  // namespace

task<tls_result> accept_tls(tcp_socket socket, tls_context_ptr context, time_point deadline) {
    auto stream = std::make_unique<tls_stream>(std::move(socket), std::move(context));
    co_return co_await established(std::move(stream), ssl_stream::server, deadline);
}

task<tls_result> connect_tls(
    tcp_socket socket,
    tls_context_ptr context,
    std::string server_name,
    time_point deadline
) {
    auto stream = std::make_unique<tls_stream>(std::move(socket), std::move(context));
    ssl_stream& native = stream->native();
    native.set_verify_callback(asio::ssl::host_name_verification(server_name));
    boost::system::error_code no_address;
    asio::ip::make_address(server_name, no_address);
    // RFC 6066 section 3 allows names only, no addresses.
    if (no_address)
        SSL_ctrl(
            native.native_handle(),
            SSL_CTRL_SET_TLSEXT_HOSTNAME,
            TLSEXT_NAMETYPE_host_name,
            server_name.data()
        );
    co_return co_await established(std::move(stream), ssl_stream::client, deadline);
}

}  // namespace clarion::net
