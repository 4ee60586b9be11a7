#pragma once

#include "core/async/executor.hpp"
#include "core/async/scheduler.hpp"
#include "core/metrics/counters.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace clarion::session {

/// How long a client that acknowledges (PROTOCOL §3) takes for it: measures, and counts what it has
/// been written and not acknowledged in time. Of a thread it waits for nothing before the client
/// has acknowledged there once, because acknowledging is optional. One session's; its shard only.
class ack_watch final : private timer_entry {
public:
    static constexpr duration patience = std::chrono::seconds(5);
    /// Bounds of what is waited for; what is beyond them is not measured.
    static constexpr std::size_t threads_max = 1000;
    static constexpr std::size_t events_per_thread_max = 1024;

    explicit ack_watch(executor on) : on_(on), counters_(metrics::counters_of(on)) {}
    ack_watch(const ack_watch&) = delete;
    ack_watch& operator=(const ack_watch&) = delete;
    ~ack_watch() override { on_.owner().disarm(*this); }

    /// An event has gone to the socket.
    void written(std::string_view thread_id, std::int64_t seq, time_point at);
    /// Everything of the thread up to `seq` has arrived.
    void acknowledged(std::string_view thread_id, std::int64_t seq);
    /// Nothing of the thread is waited for any more, until it is acknowledged again.
    void forget(std::string_view thread_id);

private:
    struct written_event {
        std::int64_t seq = 0;
        time_point at;
    };
    struct thread_wait {
        std::deque<written_event> events;  // oldest first
        std::size_t overdue = 0;           // so many at the front have been counted
    };

    void expired() override;

    executor on_;
    metrics::counters& counters_;
    std::map<std::string, thread_wait, std::less<>> threads_;
};

}  // namespace clarion::session
