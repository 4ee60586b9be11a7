#pragma once

#include "net/byte_stream.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <string>

namespace clarion::http {

struct idle_limits {
    std::size_t connections_max = 64;  ///< the longest idle one goes first
    std::size_t per_origin_max = 8;    ///< the same
    duration kept_for = std::chrono::seconds(30);
};

/// Connections between two requests, newest first, each for the one origin it was made for. What
/// has been idle for too long is closed when the next connection is put in or asked for. One shard.
class idle_connections {
public:
    explicit idle_connections(idle_limits limits) : limits_(limits) {}

    /// The one used last, or nothing (nullptr).
    [[nodiscard]] net::byte_stream_ptr take(const std::string& origin, time_point now);
    void put(std::string origin, net::byte_stream_ptr stream, time_point now);
    void close_origin(const std::string& origin) {
        std::erase_if(idle_, [&origin](const entry& one) { return one.origin == origin; });
    }
    void close_all() { idle_.clear(); }
    std::size_t size() const { return idle_.size(); }

private:
    struct entry {
        std::string origin;
        net::byte_stream_ptr stream;
        time_point since;
    };

    void drop_old(time_point now);

    idle_limits limits_;
    std::list<entry> idle_;  // newest first
};

}  // namespace clarion::http
