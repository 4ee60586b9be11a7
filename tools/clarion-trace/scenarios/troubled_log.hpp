#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/memory/memory_event_log.hpp"
#include "core/storage/walked_rows.hpp"
#include "tools/clarion-trace/scenarios/job_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace clarion::scenarios {

/// How often, one time in so many, where the schedule is not FIFO; 0 never.
struct storage_trouble {
    std::size_t append_fails_one_in = 0;
    std::size_t read_fails_one_in = 0;
    std::size_t delay_one_in = 8;
};

/// The memory log behind two threads of a store, which may be slow and refuse. Keeps a copy of all
/// that was committed, by what it was asked and answered.
class troubled_log final : public storage::event_log {
public:
    struct kept_thread {
        std::string epoch;
        std::vector<protocol::event> events;    // seq n stands at n - 1
        std::vector<storage::walked_run> runs;  // in the order of their messages
    };

    troubled_log(sim::world& in, storage_trouble how);

    /// What is committed by now.
    const std::map<protocol::thread_key, kept_thread>& threads() const { return threads_; }
    /// Whether the event is committed: `frame` is it as a client gets it.
    bool has(const protocol::thread_key& key, std::int64_t seq, std::string_view frame) const;
    bool has_run(const protocol::thread_key& key, std::string_view run_id) const;
    /// Whether it is a finding that a run has no terminal.
    enum class open_runs { may_be, must_not_be };
    /// What the log's audit finds in it.
    std::vector<std::string> audit(open_runs left) const;

    void start_append(
        storage::append_request request,
        storage::completion<storage::append_verdict> done
    ) override;
    void start_open(protocol::thread_key key, storage::completion<storage::thread_result> done)
        override;
    void start_read(storage::page_request request, storage::completion<storage::page_result> done)
        override;
    void start_find(
        protocol::thread_key key,
        storage::run_reference which,
        storage::completion<storage::message_result> done
    ) override;
    void start_list_open_runs(storage::completion<storage::open_runs_result> done) override;
    void start_list_user_runs(
        std::string user_id,
        storage::completion<storage::user_runs_result> done
    ) override;
    void start_list_threads(
        storage::threads_request request,
        storage::completion<storage::threads_result> done
    ) override;
    void start_delete_thread(
        storage::deletion request,
        storage::completion<storage::delete_verdict> done
    ) override;
    void start_trim(storage::retention keep, storage::completion<storage::trim_verdict> done)
        override;
    void start_revoke(
        std::string user_id,
        std::int64_t revoked_ms,
        storage::completion<storage::revoke_result> done
    ) override;
    void start_list_revocations(storage::completion<storage::revocations_result> done) override;

private:
    template <class Result, class Ask>
    void read(storage::completion<Result> done, Ask ask);
    void
    append_now(storage::append_request request, storage::completion<storage::append_verdict> done);
    void keep(storage::append_request made, std::int64_t last_seq);

    sim::world& world_;
    const storage_trouble how_;
    storage::memory_event_log log_;
    job_queue writer_;
    job_queue reader_;
    std::map<protocol::thread_key, kept_thread> threads_;
};

}  // namespace clarion::scenarios
