#pragma once

#include "core/async/task.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

namespace clarion::net {

/// How a stream came to its end. None of these is an exception: it is what peers and networks do.
enum class stream_end : std::uint8_t {
    end_of_stream,  ///< the peer has finished sending
    reset,          ///< the peer or the network dropped the connection
    aborted,        ///< `abort` was called on this side
    failed,         ///< anything else, such as broken TLS records
};

struct stream_closed {
    stream_end how = stream_end::failed;
    std::string message;  ///< for the log
};

/// The bytes transferred (at least one), or why there will be no more.
using io_result = std::variant<std::size_t, stream_closed>;

/// How long, and for how much, a connection that is over still reads what the peer was sending.
struct linger_limits {
    duration time = std::chrono::seconds(1);
    std::size_t bytes_max = std::size_t{1} << 20U;
};

/// Bytes in both directions: TCP, TLS, or memory in tests. One coroutine reads, one writes, on the
/// shard that owns the stream. A coroutine that is cancelled in `read_some` or `write` gets
/// operation_aborted thrown; a write that was cancelled may have sent a part.
class byte_stream {
public:
    byte_stream() = default;
    byte_stream(const byte_stream&) = delete;
    byte_stream& operator=(const byte_stream&) = delete;
    virtual ~byte_stream() = default;

    /// Waits for bytes; `into` is not empty and outlives the call.
    virtual task<io_result> read_some(std::span<char> into) = 0;
    /// Ends when the kernel has taken all of `from`.
    virtual task<io_result> write(std::span<const char> from) = 0;

    /// The end of a conversation: says so (close_notify, FIN), reads and drops what still comes
    /// until the peer's end or the limits, then closes. Closing with unread data would reset the
    /// connection, and the peer could lose what was sent last. No read or write is outstanding.
    virtual task<> finish(linger_limits limits) = 0;
    /// Closes at once. An outstanding read or write ends with `aborted`; so do later ones.
    virtual void abort() noexcept = 0;

    /// The peer's IP address without a port, for logs and caps.
    virtual const std::string& remote_address() const noexcept = 0;
};

using byte_stream_ptr = std::unique_ptr<byte_stream>;

}  // namespace clarion::net
