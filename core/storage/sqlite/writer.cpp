#include "core/storage/sqlite/writer.hpp"

#include "core/async/executor.hpp"
#include "core/storage/append_facts.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace clarion::storage::sqlite {

namespace {

struct answer_due {
    completion<append_verdict> to;
    append_verdict verdict;
};

// Those of one shard go there together: one wakeup for all of a batch.
class answers_by_shard {
public:
    void add(answer_due answer) {
        const executor& on = answer.to.on();
        auto place = std::ranges::find(groups_, on, &group::on);
        if (place == groups_.end())
            place = groups_.insert(groups_.end(), group{on, {}});
        place->answers.push_back(std::move(answer));
    }

    void post() {
        for (group& one : groups_)
            boost::asio::require(one.on, boost::asio::execution::blocking.never)
                .execute([answers = std::move(one.answers)]() mutable {
                    for (answer_due& due : answers)
                        due.to.answer(std::move(due.verdict));
                });
    }

private:
    struct group {
        executor on;
        std::vector<answer_due> answers;
    };
    std::vector<group> groups_;
};

// What went wrong before anything was written, or was undone by SQLite: the next batch may succeed.
bool may_pass(const sql_error& error) {
    return error.code == SQLITE_FULL || error.code == SQLITE_BUSY;
}

}  // namespace

writer::writer(std::unique_ptr<connection> database, const sqlite_options& options)
    : options_(options),
      database_(std::move(database)),
      appender_(*database_),
      begin_(*database_, "BEGIN IMMEDIATE"),
      commit_(*database_, "COMMIT") {
    sqlite3_wal_hook(database_->handle(), &writer::committed_hook, this);
}

std::optional<sql_error> writer::start() {
    auto error = database_->take_error();
    if (!error)
        thread_ = std::thread([this] { work(); });
    return error;
}

writer::~writer() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

void writer::submit(append_request request, completion<append_verdict> done) {
    assert_complete(request);
    const std::size_t bytes = bytes_of(request);
    std::string refusal;
    {
        const std::lock_guard lock(mutex_);
        if (!figures_.broken_because.empty()) {
            refusal = figures_.broken_because;
        } else if (waiting_appends_ >= options_.queue_appends_max ||
                   waiting_bytes_ + bytes > options_.queue_bytes_max) {
            refusal = "too much waits to be written to the log";
        } else {
            ++waiting_appends_;
            waiting_bytes_ += bytes;
            queue_.push_back({std::move(request), std::move(done), bytes});
        }
        figures_.appends_unavailable += refusal.empty() ? 0 : 1;
    }
    if (refusal.empty())
        arrived_.notify_one();
    else
        done.post(unavailable{std::move(refusal)});
}

sqlite_figures writer::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

void writer::work() {
    for (std::vector<queued> taken = take(); !taken.empty(); taken = take()) {
        std::span<queued> rest = taken;
        while (!rest.empty()) {
            const std::size_t appends = std::min(rest.size(), options_.batch_appends_max);
            commit(rest.first(appends));
            rest = rest.subspan(appends);
            if (checkpoint_is_due(options_.checkpoint_pages))
                checkpoint();
        }
    }
    checkpoint();
}

std::vector<writer::queued> writer::take() {
    const auto something_to_do = [this] {
        return !queue_.empty() || closing_;
    };
    std::unique_lock lock(mutex_);
    if (checkpoint_is_due(1) &&
        !arrived_.wait_for(lock, options_.checkpoint_idle, something_to_do)) {
        lock.unlock();
        checkpoint();
        lock.lock();
    }
    arrived_.wait(lock, something_to_do);
    return std::exchange(queue_, {});
}

void writer::commit(std::span<queued> batch) {
    std::vector<append_verdict> verdicts;
    if (broken_because_.empty())
        verdicts = execute(batch);
    else
        verdicts.assign(batch.size(), unavailable{broken_because_});
    count(batch, verdicts);
    answer(batch, std::move(verdicts));
}

std::vector<append_verdict> writer::execute(std::span<const queued> batch) {
    std::vector<append_verdict> verdicts;
    verdicts.reserve(batch.size());
    begin_.run();
    for (const queued& one : batch) {
        if (database_->failed())
            break;
        verdicts.push_back(appender_.append(one.request));
    }
    commit_.run();
    if (const auto error = database_->take_error())
        verdicts.assign(batch.size(), unavailable{roll_back(*error)});
    return verdicts;
}

// Answers why, after undoing what SQLite has not undone itself.
std::string writer::roll_back(const sql_error& error) {
    if (database_->in_transaction())
        database_->execute("ROLLBACK");
    if (const auto worse = database_->take_error())
        break_off(*worse);
    else if (!may_pass(error))
        break_off(error);
    return broken_because_.empty() ? "the log cannot be written now: " + error.text
                                   : broken_because_;
}

void writer::break_off(const sql_error& error) {
    const bool is_new = broken_because_.empty();
    broken_because_ = "the log cannot be written until a restart: " + error.text;
    {
        const std::lock_guard lock(mutex_);
        figures_.broken_because = broken_because_;
    }
    if (is_new && options_.on_broken)
        options_.on_broken(broken_because_);
}

void writer::count(std::span<const queued> batch, const std::vector<append_verdict>& verdicts) {
    sqlite_figures counted;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        bytes += batch[i].bytes;
        if (std::holds_alternative<committed>(verdicts[i])) {
            ++counted.appends_committed;
            counted.events_committed += static_cast<std::int64_t>(batch[i].request.events.size());
        } else if (std::holds_alternative<unavailable>(verdicts[i])) {
            ++counted.appends_unavailable;
        } else {
            ++counted.appends_refused;
        }
    }
    const std::lock_guard lock(mutex_);
    waiting_appends_ -= batch.size();
    waiting_bytes_ -= bytes;
    figures_.commits = commits_;
    figures_.appends_committed += counted.appends_committed;
    figures_.events_committed += counted.events_committed;
    figures_.appends_unavailable += counted.appends_unavailable;
    figures_.appends_refused += counted.appends_refused;
    figures_.last_batch_appends = static_cast<std::int64_t>(batch.size());
}

void writer::answer(std::span<queued> batch, std::vector<append_verdict> verdicts) {
    answers_by_shard answers;
    for (std::size_t i = 0; i < batch.size(); ++i)
        answers.add({std::move(batch[i].done), std::move(verdicts[i])});
    answers.post();
}

// Called by SQLite with the size of the write-ahead log, once a transaction that wrote is durable.
int writer::committed_hook(void* self, sqlite3*, const char*, int pages) {
    auto& writer = *static_cast<class writer*>(self);
    ++writer.commits_;
    if (pages < writer.wal_pages_)
        writer.checkpointed_pages_ = 0;  // it began anew, as all of it had been copied
    writer.wal_pages_ = pages;
    return SQLITE_OK;
}

bool writer::checkpoint_is_due(std::int64_t pages) const {
    return broken_because_.empty() && wal_pages_ - checkpointed_pages_ >= pages;
}

// Passive: waits for no reader. What a reader or a full disk holds back is copied by a later one;
// a failed fsync of the database is as final as one of the log.
void writer::checkpoint() {
    if (!checkpoint_is_due(1))
        return;
    checkpointed_pages_ = wal_pages_;
    database_->note(sqlite3_wal_checkpoint_v2(
        database_->handle(),
        nullptr,
        SQLITE_CHECKPOINT_PASSIVE,
        nullptr,
        nullptr
    ));
    const auto error = database_->take_error();
    if (error && !may_pass(*error))
        break_off(*error);
    const std::lock_guard lock(mutex_);
    figures_.checkpoints += error ? 0 : 1;
}

}  // namespace clarion::storage::sqlite
