#pragma once

#include "core/async/scheduler.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/event_reads.hpp"
#include "core/storage/sqlite/sqlite_options.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace clarion::storage::sqlite {

/// The one thread that reads, in the order of the questions. What is asked after a commit's verdict
/// sees that commit.
class reader {
public:
    /// Takes a connection of its own.
    reader(std::unique_ptr<connection> database, const sqlite_options& options);
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;
    /// Answers what is queued first.
    ~reader();

    /// Starts the thread; an error when the tables are not those of the schema, and then nothing
    /// may be asked.
    std::optional<sql_error> start();

    /// Runs `question`, an `event_reads&` to `Result` function, on the reader's thread and posts
    /// its answer. Any thread.
    template <class Result, class Question>
    void ask(Question question, completion<Result> done) {
        if (!reserve())
            return done.post(unavailable{"too many questions wait for the log"});
        queue(make_deferred_work([this, question = std::move(question), done = std::move(done)](
                                 ) mutable {
            Result answer = question(reads_);
            count();
            done.post(std::move(answer));
        }));
    }

    /// Fills in the figures of reading. Any thread.
    void report(sqlite_figures& figures) const;

private:
    /// Takes a place in the queue; false when it is full.
    bool reserve();
    void queue(std::unique_ptr<deferred_work> question);
    void count();
    void work();
    std::vector<std::unique_ptr<deferred_work>> take();

    const std::size_t queue_max_;

    // Of the reader's thread alone.
    std::unique_ptr<connection> database_;
    event_reads reads_;

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::unique_ptr<deferred_work>> queue_;
    std::size_t waiting_ = 0;  // reserved, queued or being answered
    bool closing_ = false;
    std::int64_t answered_ = 0;
    std::int64_t steps_ = 0;

    std::thread thread_;
};

}  // namespace clarion::storage::sqlite
