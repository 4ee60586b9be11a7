#pragma once

#include "core/async/shard.hpp"
#include "core/async/task.hpp"
#include "core/protocol/events.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/memory/memory_event_log.hpp"
#include "core/storage/sqlite/sqlite_event_log.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace clarion::storage::test {

/// Runs one task at a time on a shard of its own, on the calling thread, and returns its result.
class asker {
public:
    explicit asker(event_log& log) : log_(log) {}

    append_verdict append(append_request request) { return ended(log_.append(std::move(request))); }
    /// The row of a thread that must be readable.
    std::optional<thread_row> open(const protocol::thread_key& key);
    page read(page_request request);
    std::optional<duplicate_message> find(const protocol::thread_key& key, run_reference which);
    std::vector<thread_runs> list_open_runs();
    thread_list list_threads(threads_request request);
    std::vector<user_run> list_user_runs(const std::string& user_id);
    delete_verdict delete_thread(const protocol::thread_key& key) {
        return ended(log_.delete_thread({key}));
    }
    /// Must succeed.
    void revoke(const std::string& user_id, std::int64_t revoked_ms);
    std::vector<revocation> list_revocations();
    /// The whole thread.
    std::vector<protocol::event> events_of(const protocol::thread_key& key);

    /// Hands them in one after another without waiting, then waits for all verdicts.
    std::vector<append_verdict> append_together(std::vector<append_request> requests);

    /// Appends that must be committed; returns the new last seq.
    std::int64_t commit(append_request request);

    /// The result of a task of the test's own.
    template <class Result>
    Result ended(task<Result> asked) {
        std::exception_ptr failure;
        std::optional<Result> result;
        auto done = [&](const std::exception_ptr& thrown) {
            failure = thrown;
            stop();
        };
        asio::co_spawn(on(), keep(std::move(asked), result), done);
        run_until_stopped();
        if (failure)
            std::rethrow_exception(failure);
        return *std::move(result);
    }

    executor on() { return shard_.get_executor(); }
    /// Runs what is posted to `on()` until somebody calls `stop`.
    void run_until_stopped();
    void stop() { shard_.stop(); }

private:
    template <class Result>
    static task<> keep(task<Result> asked, std::optional<Result>& into) {
        into = co_await std::move(asked);
    }

    event_log& log_;
    shard shard_{0, 1};
};

/// The log in memory, and an asker of it.
struct memory_store {
    memory_event_log log;
    asker ask{log};
};

/// The log in a directory that goes with it.
struct sqlite_store {
    support::temporary_directory directory;
    std::unique_ptr<sqlite_event_log> opened = open(directory.path());
    sqlite_event_log& log = *opened;
    asker ask{log};

    /// Fails the test when it cannot be opened.
    static std::unique_ptr<sqlite_event_log>
    open(const std::filesystem::path& directory, const sqlite_options& options = {});
};

using stores = std::tuple<memory_store, sqlite_store>;

/// Ada's thread t1.
protocol::thread_key ada();

protocol::event text_event(const std::string& text, std::string run_id = "r_1");

/// Appends a text event for each of `texts` behind `expected_seq`.
append_request texts_behind(
    std::int64_t expected_seq,
    const std::vector<std::string>& texts,
    protocol::thread_key key = ada()
);

/// A user message that makes a run, as the next event behind `expected_seq`.
append_request message_behind(
    std::int64_t expected_seq,
    std::string message_id,
    std::string run_id,
    protocol::thread_key key = ada()
);

/// Changes one run's state and says so in an event.
append_request
state_behind(std::int64_t expected_seq, std::string run_id, protocol::run_state state);

page_request page_behind(std::int64_t after_seq, std::int64_t up_to_seq);

std::vector<std::int64_t> seqs_of(const std::vector<protocol::event>& events);

}  // namespace clarion::storage::test
