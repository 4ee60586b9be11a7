#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace clarion::storage::sqlite {

/// The log's questions, each answered within one read transaction, so that no row of an answer is
/// younger than another.
class event_reads {
public:
    /// The connection has failed afterwards if the tables are not those of the schema.
    explicit event_reads(connection& database);

    thread_result open(const protocol::thread_key& key);
    page_result read(const page_request& request);
    message_result find(const protocol::thread_key& key, const run_reference& which);
    open_runs_result list_open_runs();
    user_runs_result list_user_runs(const std::string& user_id);
    threads_result list_threads(const threads_request& request);
    revocations_result list_revocations();

    /// Virtual machine steps of all questions so far.
    std::int64_t steps() const { return steps_; }

private:
    struct found_thread {
        std::int64_t thread_rowid = 0;
        thread_row row;
    };

    template <class Question>
    auto within_transaction(Question question)
        -> std::variant<std::invoke_result_t<Question>, unavailable>;
    std::optional<found_thread> find_thread(const protocol::thread_key& key);
    std::vector<open_run> open_runs_of(std::string_view user_id, std::int64_t thread_rowid);
    std::optional<listed_run> active_run_of(std::string_view user_id, std::int64_t thread_rowid);
    std::optional<duplicate_message>
    find_run(std::int64_t thread_rowid, const run_reference& which);
    void fill(page& read, std::int64_t thread_rowid, const page_request& request);

    connection& database_;
    statement begin_;
    statement end_;
    statement find_thread_;
    statement open_runs_;
    statement page_;
    statement newest_page_;
    statement find_message_;
    statement find_run_;
    statement threads_with_open_runs_;
    statement user_runs_;
    statement threads_;
    statement active_run_;
    statement revocations_;
    std::int64_t steps_ = 0;
};

}  // namespace clarion::storage::sqlite
