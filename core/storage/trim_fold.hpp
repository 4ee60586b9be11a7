#pragma once

#include "core/storage/log_values.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace clarion::storage {

/// A step of retention takes away or looks at about so many events.
inline constexpr std::int64_t trim_events_per_step = 500;

/// What retention wants to know of an event.
struct event_facts {
    std::int64_t seq = 0;
    std::optional<protocol::event_type> type;  // absent: a name that is not known
    std::string_view run_id;
    std::int64_t timestamp_ms = 0;
    std::int64_t bytes = 0;
};
event_facts facts_of(const protocol::event& event);

/// The front of a thread that may go.
struct trimmed_prefix {
    std::int64_t last_seq = 0;
    std::int64_t events = 0;
    std::int64_t bytes = 0;
    std::int64_t messages = 0;
};

/// Where a thread's prefix may end: behind an event at which no run is open, all before it old
/// enough or too much. Given the thread's events from the oldest on; the same for every log.
class trim_fold {
public:
    /// `excess_bytes`: by how much the events of all threads are too large.
    trim_fold(const retention& keep, std::int64_t excess_bytes)
        : keep_(keep), excess_bytes_(excess_bytes) {}

    enum class next { go_on, stop };
    /// `stop`: events from this one on do not change the answer.
    next take(const event_facts& event);

    /// The longest one so far.
    const std::optional<trimmed_prefix>& prefix() const { return prefix_; }

private:
    bool may_go(const event_facts& event) const;

    retention keep_;
    std::int64_t excess_bytes_;
    std::set<std::string, std::less<>> open_runs_;
    trimmed_prefix taken_;
    std::optional<trimmed_prefix> prefix_;
};

}  // namespace clarion::storage
