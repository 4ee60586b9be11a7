#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/memory/thread_records.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

namespace clarion::storage {

/// The log in this process's memory: lost with it, never `unavailable` to a caller that is right.
/// Bounded by nothing but memory.
class memory_event_log final : public event_log {
public:
    void start_append(append_request request, completion<append_verdict> done) override;
    void start_open(protocol::thread_key key, completion<thread_result> done) override;
    void start_read(page_request request, completion<page_result> done) override;
    void start_find(protocol::thread_key key, run_reference which, completion<message_result> done)
        override;
    void start_list_open_runs(completion<open_runs_result> done) override;
    void start_list_user_runs(std::string user_id, completion<user_runs_result> done) override;
    void start_list_threads(threads_request request, completion<threads_result> done) override;
    void start_delete_thread(deletion request, completion<delete_verdict> done) override;
    void start_trim(retention keep, completion<trim_verdict> done) override;
    void start_revoke(std::string user_id, std::int64_t revoked_ms, completion<revoke_result> done)
        override;
    void start_list_revocations(completion<revocations_result> done) override;

private:
    struct key_hash {
        std::size_t operator()(const protocol::thread_key& key) const noexcept;
    };

    append_verdict append_now(append_request& request);
    thread_result open_now(const protocol::thread_key& key);
    page_result read_now(const page_request& request);
    message_result find_now(const protocol::thread_key& key, const run_reference& which);
    open_runs_result list_open_runs_now();
    user_runs_result list_user_runs_now(const std::string& user_id);
    threads_result list_threads_now(const threads_request& request);
    delete_verdict delete_now(const deletion& request);
    trimmed trim_now(const retention& keep);
    revocations_result list_revocations_now();

    std::mutex mutex_;
    std::unordered_map<protocol::thread_key, thread_records, key_hash> threads_;
    std::map<std::string, std::set<std::string>> threads_of_;  // ids by user id
    std::map<std::string, std::int64_t> revoked_ms_;           // by user id
};

}  // namespace clarion::storage
