#pragma once

#include "core/async/timer_queue.hpp"
#include "core/protocol/events.hpp"
#include "core/protocol/server_frames.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::engine {

/// What a run asks its thread's log to commit, whole or not at all.
struct run_batch {
    std::string run_id;
    /// `seq`, `timestamp_ms` and `run_id` are filled in by the sink.
    std::vector<protocol::event> events;
    /// The run's new state, when the batch begins or ends it.
    std::optional<protocol::run_state> state{};
    /// With `suspended`: what the run goes on from in another process; empty when it cannot.
    std::string checkpoint{};
    /// Of the oldest event in it; unset: when it is handed in.
    time_point emitted_at{};
};

struct batch_committed {
    /// Of the last event of the batch; its events are consecutive.
    std::int64_t last_seq = 0;
};
struct batch_refused {
    std::string reason;
};
using batch_verdict = std::variant<batch_committed, batch_refused>;

/// A thread's log as its runs see it. The thread's shard only.
class event_sink {
public:
    event_sink() = default;
    event_sink(const event_sink&) = delete;
    event_sink& operator=(const event_sink&) = delete;
    virtual ~event_sink() = default;

    /// `done` runs on the shard when the batch is durable, just before its events are published,
    /// or when it was refused. Batches commit in the order in which they were handed in; behind a
    /// refused one everything already handed in is refused too.
    virtual void append(run_batch batch, std::function<void(const batch_verdict&)> done) = 0;
};

}  // namespace clarion::engine
