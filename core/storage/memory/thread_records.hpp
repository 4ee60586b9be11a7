#pragma once

#include "core/protocol/events.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/trim_fold.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace clarion::storage {

/// What is kept of one thread, from its first append on. Not thread-safe.
class thread_records {
public:
    append_verdict append(append_request&& request);

    /// False until the first append is committed.
    bool exist() const { return exist_; }
    thread_row row() const;
    listed_thread listed(const std::string& thread_id) const;
    bool has_open_runs() const { return open_runs_ > 0; }
    /// In the order of their messages.
    std::vector<open_run> open_runs() const;
    std::int64_t fencing_token() const { return fencing_token_; }
    page read(const page_request& request) const;
    /// What its events count as.
    std::int64_t bytes() const { return bytes_; }
    /// The oldest event; nothing when none is kept.
    const protocol::event* oldest() const { return events_.empty() ? nullptr : &events_.front(); }
    /// Drops the prefix that may go, if there is one. `excess_bytes`: what is too much in all.
    std::optional<trimmed_prefix> trim(const retention& keep, std::int64_t excess_bytes);
    std::optional<duplicate_message> find(const run_reference& which) const;

private:
    struct message_record {
        std::string content_digest;
        std::size_t place_of_run = 0;
    };

    std::int64_t last_seq() const {
        return first_seq_ - 1 + static_cast<std::int64_t>(events_.size());
    }
    const open_run* active_run() const;
    const open_run* run_of(const run_reference& which) const;
    duplicate_message made_by(const open_run& run) const;
    std::optional<unavailable> check_runs(const append_request& request) const;
    void add_run(append_request& request);
    void change_run(const run_change& change);
    void add_events(std::vector<protocol::event>& events);

    bool exist_ = false;
    std::string epoch_;
    std::string title_;
    std::int64_t messages_count_ = 0;
    std::int64_t fencing_token_ = 0;
    std::int64_t updated_ms_ = 0;
    std::size_t open_runs_ = 0;
    std::int64_t first_seq_ = 1;
    std::int64_t bytes_ = 0;
    std::deque<protocol::event> events_;  // seq n stands at n - first_seq_
    std::vector<open_run> runs_;          // in the order of their messages, ended ones too
    std::unordered_map<std::string, std::size_t> places_of_runs_;
    std::unordered_map<std::string, message_record> messages_;
};

}  // namespace clarion::storage
