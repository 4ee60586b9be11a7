#pragma once

#include "core/async/wakeup.hpp"
#include "core/sim/world.hpp"
#include "net/byte_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::net::test {

/// A stream whose peer is the test.
class memory_stream final : public byte_stream {
public:
    explicit memory_stream(std::string address = "192.0.2.1") : address_(std::move(address)) {}

    /// The peer sends.
    void arrive(std::string_view bytes) {
        incoming_.append(bytes);
        arrived_.notify();
    }
    /// The peer sends nothing more.
    void end() {
        is_ended_ = true;
        arrived_.notify();
    }
    /// The peer does not read: writes hang until `abort`.
    void stall() { is_stalled_ = true; }

    std::string sent;
    std::size_t writes = 0;
    std::size_t piece_bytes_max = 65536;  ///< that one read gives
    bool is_finished = false;
    bool is_aborted = false;

    task<io_result> read_some(std::span<char> into) override {
        while (incoming_.empty() && !is_ended_ && !is_aborted)
            co_await arrived_.wait();
        if (is_aborted)
            co_return io_result(stream_closed{stream_end::aborted, "aborted"});
        if (incoming_.empty())
            co_return io_result(stream_closed{stream_end::end_of_stream, "ended"});
        const std::size_t bytes = std::min({into.size(), incoming_.size(), piece_bytes_max});
        incoming_.copy(into.data(), bytes);
        incoming_.erase(0, bytes);
        co_return io_result(bytes);
    }

    task<io_result> write(std::span<const char> from) override {
        while (is_stalled_ && !is_aborted)
            co_await stalled_.wait();
        if (is_aborted)
            co_return io_result(stream_closed{stream_end::aborted, "aborted"});
        ++writes;
        sent.append(from.data(), from.size());
        co_return io_result(from.size());
    }

    task<> finish(linger_limits) override {
        is_finished = true;
        co_return;
    }

    void abort() noexcept override {
        is_aborted = true;
        arrived_.notify();
        stalled_.notify();
    }

    const std::string& remote_address() const noexcept override { return address_; }

private:
    std::string address_;
    std::string incoming_;
    bool is_ended_ = false;
    bool is_stalled_ = false;
    wakeup arrived_;
    wakeup stalled_;
};

/// One coroutine on a world, and whether it has ended.
class running {
public:
    running(sim::world& on, task<> work) {
        asio::co_spawn(
            on.get_executor(),
            std::move(work),
            [this](const std::exception_ptr& failure) {
                has_ended_ = true;
                failure_ = failure;
            }
        );
    }
    running(const running&) = delete;
    running& operator=(const running&) = delete;

    bool has_ended() const {
        if (failure_)
            std::rethrow_exception(failure_);
        return has_ended_;
    }

private:
    bool has_ended_ = false;
    std::exception_ptr failure_;
};

template <class T>
task<> store(std::optional<T>& into, task<T> from) {
    into.emplace(co_await std::move(from));
}

/// Runs `work` to its end, in virtual time.
template <class T>
T result_of(sim::world& on, task<T> work) {
    std::optional<T> result;
    const running run(on, store(result, std::move(work)));
    on.run([&run] { return run.has_ended(); });
    BOOST_REQUIRE(run.has_ended());
    return std::move(*result);
}

inline void complete(sim::world& on, task<> work) {
    const running run(on, std::move(work));
    on.run([&run] { return run.has_ended(); });
    BOOST_REQUIRE(run.has_ended());
}

}  // namespace clarion::net::test
