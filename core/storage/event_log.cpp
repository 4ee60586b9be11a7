#include "core/storage/event_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <tuple>
#include <utility>

namespace clarion::storage {

namespace {

// Deaf to cancellation: what was handed to the log is answered, whatever happens to the asker.
template <class Result, class Start>
task<Result> answer_of(Start start) {
    auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), use_task);
    co_return co_await asio::async_initiate<decltype(token), void(Result)>(
        [&start](auto rest) { start(completion<Result>(std::move(rest))); },
        token
    );
}

}  // namespace

task<append_verdict> event_log::append(append_request request) {
    auto start = [this, &request](completion<append_verdict> done) {
        start_append(std::move(request), std::move(done));
    };
    co_return co_await answer_of<append_verdict>(start);
}

task<thread_result> event_log::open(protocol::thread_key key) {
    auto start = [this, &key](completion<thread_result> done) {
        start_open(std::move(key), std::move(done));
    };
    co_return co_await answer_of<thread_result>(start);
}

task<page_result> event_log::read(page_request request) {
    auto start = [this, &request](completion<page_result> done) {
        start_read(std::move(request), std::move(done));
    };
    co_return co_await answer_of<page_result>(start);
}

task<message_result> event_log::find(protocol::thread_key key, run_reference which) {
    auto start = [this, &key, &which](completion<message_result> done) {
        start_find(std::move(key), std::move(which), std::move(done));
    };
    co_return co_await answer_of<message_result>(start);
}

task<open_runs_result> event_log::list_open_runs() {
    auto start = [this](completion<open_runs_result> done) {
        start_list_open_runs(std::move(done));
    };
    co_return co_await answer_of<open_runs_result>(start);
}

task<user_runs_result> event_log::list_user_runs(std::string user_id) {
    auto start = [this, &user_id](completion<user_runs_result> done) {
        start_list_user_runs(std::move(user_id), std::move(done));
    };
    co_return co_await answer_of<user_runs_result>(start);
}

task<threads_result> event_log::list_threads(threads_request request) {
    auto start = [this, &request](completion<threads_result> done) {
        start_list_threads(std::move(request), std::move(done));
    };
    co_return co_await answer_of<threads_result>(start);
}

task<delete_verdict> event_log::delete_thread(deletion request) {
    auto start = [this, &request](completion<delete_verdict> done) {
        start_delete_thread(std::move(request), std::move(done));
    };
    co_return co_await answer_of<delete_verdict>(start);
}

task<trim_verdict> event_log::trim(retention keep) {
    auto start = [this, keep](completion<trim_verdict> done) {
        start_trim(keep, std::move(done));
    };
    co_return co_await answer_of<trim_verdict>(start);
}

task<revoke_result> event_log::revoke(std::string user_id, std::int64_t revoked_ms) {
    auto start = [this, &user_id, revoked_ms](completion<revoke_result> done) {
        start_revoke(std::move(user_id), revoked_ms, std::move(done));
    };
    co_return co_await answer_of<revoke_result>(start);
}

task<revocations_result> event_log::list_revocations() {
    auto start = [this](completion<revocations_result> done) {
        start_list_revocations(std::move(done));
    };
    co_return co_await answer_of<revocations_result>(start);
}

}  // namespace clarion::storage
