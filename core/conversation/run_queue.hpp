#pragma once

#include "core/engine/run.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/storage/event_log.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace clarion::conversation {

/// A run in its thread's line, from the arrival of its message to its end.
struct queued_run {
    storage::open_run row;
    std::string text;
    std::optional<protocol::json_text> metadata;
    time_point accepted_at;
    /// Its message is durable; before that it only holds its place.
    bool committed = false;
    /// Set while it runs.
    std::shared_ptr<engine::run> running;
};
using queued_run_ptr = std::shared_ptr<queued_run>;

/// The line of one thread: the run in front is, or is about to be, the active one.
class run_queue {
public:
    bool empty() const { return line_.empty(); }
    /// How many wait behind the front.
    std::size_t waiting() const { return line_.empty() ? 0 : line_.size() - 1; }
    const std::deque<queued_run_ptr>& line() const { return line_; }
    queued_run_ptr front() const { return line_.empty() ? nullptr : line_.front(); }

    void push(queued_run_ptr run) { line_.push_back(std::move(run)); }
    void remove(const queued_run_ptr& run) { std::erase(line_, run); }

    /// By run id, message id, or both.
    queued_run_ptr find(const protocol::client::cancel& which) const {
        const auto fits = [&which](const queued_run_ptr& run) {
            return run->committed && (!which.run_id || *which.run_id == run->row.run_id) &&
                   (!which.message_id || *which.message_id == run->row.message_id);
        };
        const auto found = std::ranges::find_if(line_, fits);
        return found == line_.end() ? nullptr : *found;
    }

private:
    std::deque<queued_run_ptr> line_;
};

}  // namespace clarion::conversation
