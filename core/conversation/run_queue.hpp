#pragma once

#include "core/conversation/run_slots.hpp"
#include "core/engine/run.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/storage/event_log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
    /// Its right to be at work.
    std::optional<run_slots::slot> slot;
    /// Set from its beginning on.
    std::shared_ptr<engine::run> running;
    /// The thread's last seq at that time.
    std::int64_t began_behind = 0;
    /// What an earlier process left of it, until it runs.
    std::optional<engine::suspended_run> left{};
    /// It was to stop before it ran.
    std::optional<protocol::cancel_reason> stop_asked;

    /// Another process would take it up, as far as has been handed to the log.
    bool is_suspended() const {
        return running ? running->state() == protocol::run_state::suspended : left.has_value();
    }

    void stop(protocol::cancel_reason why) {
        if (running)
            (void)running->cancel(why);
        else if (!stop_asked)
            stop_asked = why;
    }
};
using queued_run_ptr = std::shared_ptr<queued_run>;

/// The line of one thread: the run in front is, or is about to be, the active one.
class run_queue {
public:
    bool empty() const { return line_.empty(); }
    /// How many wait behind the front.
    std::size_t waiting() const { return line_.empty() ? 0 : line_.size() - 1; }
    /// How many have their message in the log.
    std::int64_t committed() const {
        return std::ranges::count_if(line_, [](const auto& run) { return run->committed; });
    }
    const std::deque<queued_run_ptr>& line() const { return line_; }
    queued_run_ptr front() const { return line_.empty() ? nullptr : line_.front(); }

    /// The front, once it has the right to be at work.
    queued_run_ptr active() const {
        return line_.empty() || !line_.front()->slot ? nullptr : line_.front();
    }

    void push(queued_run_ptr run) { line_.push_back(std::move(run)); }
    /// Next after the one in front.
    void push_behind_front(queued_run_ptr run) {
        line_.insert(line_.begin() + (line_.empty() ? 0 : 1), std::move(run));
    }
    void push_front(queued_run_ptr run) { line_.push_front(std::move(run)); }
    /// From 1; 0 for the front.
    std::size_t position_of(const queued_run_ptr& run) const {
        return static_cast<std::size_t>(std::ranges::find(line_, run) - line_.begin());
    }
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
