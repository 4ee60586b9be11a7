#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/memory/memory_event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace clarion::support {

/// A memory log whose disk can be full, unreadable or slow, whenever a test says so.
class faulty_log final : public storage::event_log {
public:
    /// Appends are refused, after so many more that still succeed.
    void fill_after(std::size_t appends) {
        full_ = true;
        left_ = appends;
    }
    void make_room() { full_ = false; }
    void break_reads() { unreadable_ = true; }
    void mend_reads() { unreadable_ = false; }

    /// From now on appends, after so many more that pass, or reads wait until they are let go.
    void hold_appends(std::size_t passing = 0) {
        holds_appends_ = true;
        passing_ = passing;
    }
    void hold_reads() { holds_reads_ = true; }
    void let_go() {
        holds_appends_ = holds_reads_ = false;
        for (auto& [request, done] : std::exchange(held_appends_, {}))
            start_append(std::move(request), std::move(done));
        for (auto& [request, done] : std::exchange(held_reads_, {}))
            start_read(std::move(request), std::move(done));
    }
    /// They never come, as what a process handed in that was killed before it was written.
    void lose_held() {
        holds_appends_ = holds_reads_ = false;
        held_appends_.clear();
        held_reads_.clear();
    }

    void start_append(
        storage::append_request request,
        storage::completion<storage::append_verdict> done
    ) override {
        if (holds_appends_ && passing_ == 0)
            return (void)held_appends_.emplace_back(std::move(request), std::move(done));
        if (holds_appends_)
            --passing_;
        if (full_ && left_ == 0)
            return done.post(storage::unavailable{"no space left on device"});
        if (full_)
            --left_;
        log_.start_append(std::move(request), std::move(done));
    }
    void start_open(protocol::thread_key key, storage::completion<storage::thread_result> done)
        override {
        if (unreadable_)
            return done.post(storage::unavailable{"input/output error"});
        log_.start_open(std::move(key), std::move(done));
    }
    void start_read(storage::page_request request, storage::completion<storage::page_result> done)
        override {
        if (holds_reads_)
            return (void)held_reads_.emplace_back(std::move(request), std::move(done));
        if (unreadable_)
            return done.post(storage::unavailable{"input/output error"});
        log_.start_read(std::move(request), std::move(done));
    }
    void start_find(
        protocol::thread_key key,
        storage::run_reference which,
        storage::completion<storage::message_result> done
    ) override {
        log_.start_find(std::move(key), std::move(which), std::move(done));
    }
    void start_list_open_runs(storage::completion<storage::open_runs_result> done) override {
        log_.start_list_open_runs(std::move(done));
    }
    void start_list_user_runs(
        std::string user_id,
        storage::completion<storage::user_runs_result> done
    ) override {
        if (unreadable_)
            return done.post(storage::unavailable{"input/output error"});
        log_.start_list_user_runs(std::move(user_id), std::move(done));
    }
    void start_list_threads(
        storage::threads_request request,
        storage::completion<storage::threads_result> done
    ) override {
        if (unreadable_)
            return done.post(storage::unavailable{"input/output error"});
        log_.start_list_threads(std::move(request), std::move(done));
    }
    void start_delete_thread(
        storage::deletion request,
        storage::completion<storage::delete_verdict> done
    ) override {
        if (full_)
            return done.post(storage::unavailable{"no space left on device"});
        log_.start_delete_thread(std::move(request), std::move(done));
    }
    void start_trim(storage::retention keep, storage::completion<storage::trim_verdict> done)
        override {
        if (full_)
            return done.post(storage::unavailable{"no space left on device"});
        log_.start_trim(keep, std::move(done));
    }
    void start_revoke(
        std::string user_id,
        std::int64_t revoked_ms,
        storage::completion<storage::revoke_result> done
    ) override {
        if (full_)
            return done.post(storage::unavailable{"no space left on device"});
        log_.start_revoke(std::move(user_id), revoked_ms, std::move(done));
    }
    void start_list_revocations(storage::completion<storage::revocations_result> done) override {
        if (unreadable_)
            return done.post(storage::unavailable{"input/output error"});
        log_.start_list_revocations(std::move(done));
    }

private:
    storage::memory_event_log log_;
    bool full_ = false;
    bool unreadable_ = false;
    std::size_t left_ = 0;
    bool holds_appends_ = false;
    std::size_t passing_ = 0;
    bool holds_reads_ = false;
    std::vector<std::pair<storage::append_request, storage::completion<storage::append_verdict>>>
        held_appends_;
    std::vector<std::pair<storage::page_request, storage::completion<storage::page_result>>>
        held_reads_;
};

}  // namespace clarion::support
