#pragma once

#include "core/async/first_of.hpp"
#include "core/sim/stream.hpp"
#include "net/byte_stream.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace clarion::scenarios {

/// One end of a simulated connection as the transport sees it.
class wire_end final : public net::byte_stream {
public:
    explicit wire_end(std::unique_ptr<sim::stream> through) : through_(std::move(through)) {}

    task<net::io_result> read_some(std::span<char> into) override {
        const sim::stream_result got = co_await through_->read_some(into);
        co_return as_io(got);
    }

    task<net::io_result> write(std::span<const char> from) override {
        const sim::stream_result sent = co_await through_->write(from);
        co_return as_io(sent);
    }

    task<> finish(net::linger_limits limits) override {
        const executor on = co_await asio::this_coro::executor;
        const time_point deadline = on.owner().now() + limits.time;
        through_->end_writing();
        std::array<char, 1024> dropped{};
        std::size_t bytes = 0;
        while (bytes < limits.bytes_max) {
            const auto got = co_await before(deadline, through_->read_some(dropped));
            if (!got || std::holds_alternative<sim::stream_error>(*got))
                break;
            bytes += std::get<std::size_t>(*got);
        }
        through_->end_reading();
    }

    void abort() noexcept override { through_->abort(); }
    const std::string& remote_address() const noexcept override { return address_; }

private:
    static net::io_result as_io(const sim::stream_result& how) {
        if (const auto* bytes = std::get_if<std::size_t>(&how))
            return *bytes;
        switch (std::get<sim::stream_error>(how)) {
            case sim::stream_error::end_of_stream:
                return net::stream_closed{net::stream_end::end_of_stream, "the peer has ended"};
            case sim::stream_error::reset:
                return net::stream_closed{net::stream_end::reset, "connection reset"};
            case sim::stream_error::aborted:
                break;
        }
        return net::stream_closed{net::stream_end::aborted, "aborted"};
    }

    std::unique_ptr<sim::stream> through_;
    std::string address_ = "127.0.0.1";
};

}  // namespace clarion::scenarios
