#pragma once

#include "net/byte_stream.hpp"

namespace clarion::net {

/// What is done with the connections of one shard. Its shard only.
class stream_service {
public:
    stream_service() = default;
    stream_service(const stream_service&) = delete;
    stream_service& operator=(const stream_service&) = delete;
    virtual ~stream_service() = default;

    /// Serves one connection to its end, and closes it. Throws only operation_aborted, when it is
    /// cancelled. The service outlives it.
    virtual task<> serve(byte_stream_ptr stream) = 0;
    /// Drops the connections that wait for a next request, and keeps none for another from now on.
    virtual void close_idle() noexcept = 0;
    /// Drops every connection; what serves them sees a stream that has ended.
    virtual void drop_all() noexcept = 0;
};

}  // namespace clarion::net
