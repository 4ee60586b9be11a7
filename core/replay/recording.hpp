#pragma once

#include "core/protocol/events.hpp"
#include "core/protocol/ids.hpp"
#include "core/storage/log_values.hpp"
#include "core/storage/sqlite/log_walk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::replay {

struct recording_choice {
    protocol::thread_key key;
    /// Only from this run's first event to its last. Those of other runs between them stay: a seq
    /// that is missing would be a gap.
    std::optional<std::string> run_id;
};

/// A part of one thread's log, as it was committed. One thread of control; blocks for a page.
class recording {
public:
    /// The string, one line, says what there is none of or cannot be read.
    static std::variant<recording, std::string>
    find(std::unique_ptr<storage::sqlite::log_walk> log, const recording_choice& choice);

    const protocol::thread_key& key() const { return thread_.key; }
    const std::string& epoch() const { return thread_.epoch; }
    /// Of the first and the last event; `last_seq` is one less when there is none.
    std::int64_t first_seq() const { return range_.first; }
    std::int64_t last_seq() const { return range_.last; }
    /// The thread's entry in a list, as it was when its log ended.
    storage::listed_thread listed() const;

    /// The string: why they cannot be read.
    using events_result = std::variant<std::vector<protocol::event>, std::string>;
    /// The events behind `after_seq`, ascending without a gap: at least one, unless that is the
    /// last; not all, when there are many.
    events_result events(std::int64_t after_seq);
    /// A page of them, like `event_log::read`; `wanted` names no thread.
    events_result read(const storage::page_request& wanted);

private:
    recording(
        std::unique_ptr<storage::sqlite::log_walk> log,
        storage::walked_thread thread,
        storage::sqlite::log_walk::seq_range range
    )
        : log_(std::move(log)), thread_(std::move(thread)), range_(range) {}

    std::unique_ptr<storage::sqlite::log_walk> log_;
    storage::walked_thread thread_;
    storage::sqlite::log_walk::seq_range range_;
};

}  // namespace clarion::replay
