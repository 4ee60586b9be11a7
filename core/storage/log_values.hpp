#pragma once

#include "core/protocol/events.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/server_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What is asked of the log, and what it answers.
namespace clarion::storage {

/// The user message that an append brings with it: the idempotency record and the run it creates,
/// stored in the same transaction as its events.
struct new_message {
    std::string message_id;
    /// SHA-256 (hex) over text, agent and metadata: the same id with another digest is a conflict.
    std::string content_digest;
    std::string run_id;
    std::string agent;
    protocol::run_state state = protocol::run_state::running;  // queued or running
};

/// A run's row changes in the same transaction as the events that say so.
struct run_change {
    std::string run_id;
    protocol::run_state state = protocol::run_state::running;
    /// What a suspended run needs to go on in another process; any other state has none.
    std::string checkpoint{};
};

/// A batch for one thread, committed whole or not at all.
struct append_request {
    protocol::thread_key key;
    /// The thread's epoch as the caller knows it. For a thread that does not exist yet: the epoch
    /// it is to get, with `expected_seq` 0.
    std::string epoch;
    /// The thread's last seq as the caller knows it; the first event gets the next one. A mismatch
    /// is refused, so that nothing commits behind a batch that failed.
    std::int64_t expected_seq = 0;
    /// The caller's fencing token: refused when the log has seen a higher one for this thread.
    std::int64_t fencing_token = 0;
    /// `seq` is assigned by the log; the rest is stored as it is. May be empty (run changes only).
    std::vector<protocol::event> events;
    std::optional<new_message> message;
    std::vector<run_change> runs;
    /// Unix ms; becomes the thread's `updated_ms`.
    std::int64_t now_ms = 0;
    /// Of the thread, when this append makes it; otherwise of no interest.
    std::string title;
    /// Of a thread that exists, from now on; empty: it keeps the one it has.
    std::string new_title{};
};

struct committed {
    /// Of the last event of the batch (`expected_seq` when it had none).
    std::int64_t last_seq = 0;
};
/// The message id is known: nothing was committed, this is what the first one made.
struct duplicate_message {
    std::string run_id;
    std::int64_t seq = 0;
    std::string content_digest;
    protocol::run_state state = protocol::run_state::finished;
};
/// The thread stands elsewhere than expected: nothing was committed.
struct wrong_position {
    std::string epoch;
    std::int64_t seq = 0;
};
/// Another owner has taken the thread over: nothing was committed.
struct fenced {};
/// The log cannot be written or read now (disk full, I/O error): nothing was committed.
struct unavailable {
    std::string reason;
};

using append_verdict =
    std::variant<committed, duplicate_message, wrong_position, fenced, unavailable>;

/// A run that has not ended.
struct open_run {
    std::string run_id;
    std::string message_id;
    std::string agent;
    protocol::run_state state = protocol::run_state::queued;
    /// Of its `user_message` event.
    std::int64_t message_seq = 0;
    std::int64_t created_ms = 0;
    /// As of the change that suspended it; empty when it is not, or cannot go on elsewhere.
    std::string checkpoint{};
};

/// What is known of a thread besides its events.
struct thread_row {
    std::string epoch;
    std::int64_t last_seq = 0;
    /// The oldest event still kept; `last_seq + 1` when none is.
    std::int64_t first_seq = 1;
    /// `user_message` and `assistant_message` events that are kept.
    std::int64_t messages = 0;
    std::int64_t updated_ms = 0;
    std::string title;
    /// In the order of their messages.
    std::vector<open_run> open_runs;
};

/// Absent: the thread does not exist.
using thread_result = std::variant<std::optional<thread_row>, unavailable>;

/// Which end of the range is in the page when the page cannot hold all of it.
enum class page_side : std::uint8_t { oldest, newest };

struct page_request {
    protocol::thread_key key;
    /// Refused by an empty page with another `epoch` when the thread has been made anew.
    std::string epoch;
    std::int64_t after_seq = 0;
    /// Nothing beyond this one is read: a reader never passes the published head.
    std::int64_t up_to_seq = 0;
    page_side side = page_side::oldest;
    std::size_t events_max = 256;
    /// Of payloads; the page holds at least one event all the same.
    std::size_t bytes_max = 262144;
};

struct page {
    std::string epoch;
    /// Ascending, without a gap. None is older than `first_seq`, whatever was asked for.
    std::vector<protocol::event> events;
    /// The thread's oldest event still kept, as in its row: above `after_seq + 1` some of what was
    /// asked for has been trimmed.
    std::int64_t first_seq = 1;
};

using page_result = std::variant<page, unavailable>;

/// One of the two names a run; when both do, both must fit.
struct run_reference {
    std::optional<std::string> message_id;
    std::optional<std::string> run_id;
};

/// Absent: no such message or run.
using message_result = std::variant<std::optional<duplicate_message>, unavailable>;

struct thread_runs {
    protocol::thread_key key;
    thread_row row;
};
using open_runs_result = std::variant<std::vector<thread_runs>, unavailable>;

/// A user's run that has not ended, and its thread.
struct user_run {
    std::string thread_id;
    std::string run_id;
    protocol::run_state state = protocol::run_state::queued;
};
/// By thread id, within a thread in the order of their messages.
using user_runs_result = std::variant<std::vector<user_run>, unavailable>;

/// Where a thread stands in the order of a list: last changed first, then by id.
struct list_position {
    std::int64_t updated_ms = 0;
    std::string thread_id;
};

struct threads_request {
    std::string user_id;
    /// The list begins behind this place; absent: with the thread last changed.
    std::optional<list_position> behind = std::nullopt;
    std::size_t threads_max = 100;
    /// Of ids and titles; the list holds at least one thread all the same.
    std::size_t bytes_max = 262144;
};

struct listed_run {
    std::string run_id;
    protocol::run_state state = protocol::run_state::queued;
};

struct listed_thread {
    std::string thread_id;
    std::string title;
    std::int64_t last_seq = 0;
    std::int64_t updated_ms = 0;
    /// The run at work, else the first one that waits.
    std::optional<listed_run> active_run;
};

struct thread_list {
    std::vector<listed_thread> threads;
    /// There are threads behind the last one.
    bool more = false;
};
using threads_result = std::variant<thread_list, unavailable>;

struct deletion {
    protocol::thread_key key;
    /// As in an append.
    std::int64_t fencing_token = 0;
};
/// No question finds anything of the thread any more.
struct deleted {};
struct not_there {};
using delete_verdict = std::variant<deleted, not_there, fenced, unavailable>;

/// What may go from the front of threads: the whole prefix of a thread that ends where no run is
/// open. The thread, its epoch, its runs and its message ids stay.
struct retention {
    /// Unix ms. An event from later than that was stamped by a clock that was ahead.
    std::int64_t now_ms = 0;
    /// Events from before it may go, Unix ms; 0: none for their age.
    std::int64_t before_ms = 0;
    /// While the events of all threads take more than this, the oldest go; 0: none for their size.
    /// (An event counts as its payload and `event_overhead_bytes`.)
    std::int64_t bytes_max = 0;
};

/// A thread that begins later than it did.
struct trimmed_thread {
    protocol::thread_key key;
    std::string epoch;
    std::int64_t first_seq = 1;
    /// How many of the thread's messages have gone.
    std::int64_t messages = 0;
};

/// One step's worth.
struct trimmed {
    std::vector<trimmed_thread> threads;
    std::int64_t events = 0;
    std::int64_t bytes = 0;
    /// There is something left to do or to look at.
    bool more = false;
};
using trim_verdict = std::variant<trimmed, unavailable>;

/// Tokens of this user issued before `revoked_ms` (Unix ms) are no longer good.
struct revocation {
    std::string user_id;
    std::int64_t revoked_ms = 0;
};
/// The revocation is durable.
struct revoked {};
using revoke_result = std::variant<revoked, unavailable>;
using revocations_result = std::variant<std::vector<revocation>, unavailable>;

}  // namespace clarion::storage
