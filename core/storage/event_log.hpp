#pragma once

#include "core/async/task.hpp"
#include "core/protocol/ids.hpp"
#include "core/storage/completion.hpp"
#include "core/storage/log_values.hpp"

#include <cstdint>
#include <string>

// The durable log of PROTOCOL §4 and ARCHITECTURE §5, keyed (user, thread).
namespace clarion::storage {

/// Thread-safe. Every operation completes on the executor of its caller; none throws for what a
/// disk can do. What is queued for writing is bounded by the callers: one append per thread.
class event_log {
public:
    event_log() = default;
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;
    virtual ~event_log() = default;

    /// `done` runs once the batch is durable, or refused. Appends handed in together from one
    /// thread of control commit in that order.
    virtual void start_append(append_request request, completion<append_verdict> done) = 0;
    virtual void start_open(protocol::thread_key key, completion<thread_result> done) = 0;
    virtual void start_read(page_request request, completion<page_result> done) = 0;
    /// The run that a message made, by either of their ids; in this thread only.
    virtual void
    start_find(protocol::thread_key key, run_reference which, completion<message_result> done) = 0;
    /// Every thread that has a run which has not ended: the work of the crash sweep and the queues
    /// that survive a restart.
    virtual void start_list_open_runs(completion<open_runs_result> done) = 0;
    /// The same of one user, at a cost that others' runs and idle threads do not raise.
    virtual void start_list_user_runs(std::string user_id, completion<user_runs_result> done) = 0;
    /// A user's threads, last changed first. Costs no more for older threads than it lists.
    virtual void start_list_threads(threads_request request, completion<threads_result> done) = 0;
    /// Whoever appends to the thread has stopped. What is appended afterwards under the same id
    /// makes another thread, of which nothing of this one is known.
    virtual void start_delete_thread(deletion request, completion<delete_verdict> done) = 0;
    /// One small step of retention, in a transaction of its own; ask again while there is more.
    /// What it has taken away no question finds any more.
    virtual void start_trim(retention keep, completion<trim_verdict> done) = 0;
    /// A user's time only ever grows: an earlier one than is stored changes nothing.
    virtual void
    start_revoke(std::string user_id, std::int64_t revoked_ms, completion<revoke_result> done) = 0;
    /// By user id.
    virtual void start_list_revocations(completion<revocations_result> done) = 0;

    task<append_verdict> append(append_request request);
    task<thread_result> open(protocol::thread_key key);
    task<page_result> read(page_request request);
    task<message_result> find(protocol::thread_key key, run_reference which);
    task<open_runs_result> list_open_runs();
    task<user_runs_result> list_user_runs(std::string user_id);
    task<threads_result> list_threads(threads_request request);
    task<delete_verdict> delete_thread(deletion request);
    task<trim_verdict> trim(retention keep);
    task<revoke_result> revoke(std::string user_id, std::int64_t revoked_ms);
    task<revocations_result> list_revocations();
};

}  // namespace clarion::storage
