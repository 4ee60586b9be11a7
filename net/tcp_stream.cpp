#include "net/tcp_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace clarion::net {

namespace {

class tcp_stream final : public byte_stream {
public:
    explicit tcp_stream(tcp_socket socket)
        : socket_(std::move(socket)), remote_address_(address_of_peer(socket_)) {}

    task<io_result> read_some(std::span<char> into) override {
        const auto [error, bytes] = co_await socket_.async_read_some(
            asio::buffer(into.data(), into.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return io_result(failed_with(error, caller));
    }

    task<io_result> write(std::span<const char> from) override {
        const auto [error, bytes] = co_await asio::async_write(
            socket_,
            asio::buffer(from.data(), from.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return io_result(failed_with(error, caller));
    }

    task<> finish(linger_limits limits) override { return linger_and_close(socket_, limits); }
    void abort() noexcept override { close_now(socket_); }
    const std::string& remote_address() const noexcept override { return remote_address_; }

private:
    tcp_socket socket_;
    std::string remote_address_;
};

}  // namespace

byte_stream_ptr make_tcp_stream(tcp_socket socket) {
    return std::make_unique<tcp_stream>(std::move(socket));
}

}  // namespace clarion::net
