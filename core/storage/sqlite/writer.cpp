#include "core/storage/sqlite/writer.hpp"

#include "core/async/monotonic_clock.hpp"
#include "core/storage/append_facts.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace clarion::storage::sqlite {

namespace {

// The sweep waits for each step: more than a few of them are a mistake.
constexpr std::size_t trims_max = 16;

// What went wrong before anything was written, or was undone by SQLite: the next batch may succeed.
bool may_pass(const sql_error& error) {
    return error.code == SQLITE_FULL || error.code == SQLITE_BUSY;
}

void refuse_all(std::span<any_change> batch, const std::string& reason) {
    const auto refuse = [&reason](auto& change) {
        change.verdict = unavailable{reason};
    };
    for (any_change& one : batch)
        std::visit(refuse, one);
}

bool is_removal(const any_change& one) {
    const auto* asked = std::get_if<deletion_change>(&one);
    return asked != nullptr && std::holds_alternative<deleted>(asked->verdict);
}

// Adds an append to the figures.
void count_append(sqlite_figures& figures, const append_change& one) {
    if (std::holds_alternative<committed>(one.verdict)) {
        ++figures.appends_committed;
        figures.events_committed += static_cast<std::int64_t>(one.request.events.size());
    } else if (std::holds_alternative<unavailable>(one.verdict)) {
        ++figures.appends_unavailable;
    } else {
        ++figures.appends_refused;
    }
}

}  // namespace

writer::writer(std::unique_ptr<connection> database, const sqlite_options& options)
    : options_(options),
      database_(std::move(database)),
      appender_(*database_),
      remover_(*database_),
      revoker_(*database_),
      trimmer_(*database_),
      begin_(*database_, "BEGIN IMMEDIATE"),
      commit_(*database_, "COMMIT"),
      checkpointer_(*database_) {
    sqlite3_wal_hook(database_->handle(), &writer::committed_hook, this);
}

std::optional<sql_error> writer::start() {
    if (!database_->failed() && remover_.has_rows_left())
        removed_rows_ = removed_rows::waiting;
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
    queue(append_change{std::move(request), std::move(done), bytes});
}

void writer::submit(deletion request, completion<delete_verdict> done) {
    queue(deletion_change{std::move(request), std::move(done), sizeof(deletion_change)});
}

void writer::submit(revocation request, completion<revoke_result> done) {
    queue(revocation_change{std::move(request), std::move(done), sizeof(revocation_change)});
}

void writer::submit(const retention& keep, completion<trim_verdict> done) {
    std::string refusal;
    {
        const std::lock_guard lock(mutex_);
        if (trims_.size() >= trims_max)
            refusal = "too many steps of retention wait for the log";
        else
            trims_.push_back({keep, std::move(done)});
    }
    if (refusal.empty())
        arrived_.notify_one();
    else
        done.post(unavailable{std::move(refusal)});
}

std::string writer::refusal_of(std::size_t bytes) const {
    if (!figures_.broken_because.empty())
        return figures_.broken_because;
    if (waiting_changes_ >= options_.queue_appends_max ||
        waiting_bytes_ + bytes > options_.queue_bytes_max)
        return "too much waits to be written to the log";
    return {};
}

template <class Change>
void writer::queue(Change added) {
    std::string refusal;
    {
        const std::lock_guard lock(mutex_);
        refusal = refusal_of(added.bytes);
        if (refusal.empty()) {
            ++waiting_changes_;
            waiting_bytes_ += added.bytes;
            queue_.push_back(std::move(added));
        } else if constexpr (std::is_same_v<Change, append_change>) {
            ++figures_.appends_unavailable;
        }
    }
    if (refusal.empty())
        arrived_.notify_one();
    else
        added.done.post(unavailable{std::move(refusal)});
}

sqlite_figures writer::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

void writer::work() {
    while (auto taken = take()) {
        commit_all(*taken);
        if (removed_rows_ == removed_rows::waiting)
            sweep();
        trim();
    }
    checkpoint();
}

void writer::commit_all(std::span<any_change> taken) {
    while (!taken.empty()) {
        const std::size_t changes = std::min(taken.size(), options_.batch_appends_max);
        commit(taken.first(changes));
        taken = taken.subspan(changes);
        if (checkpoint_is_due(options_.checkpoint_pages))
            checkpoint();
    }
}

// Nothing: everything is done and the log closes. Empty: there is time for a step of sweeping.
std::optional<std::vector<any_change>> writer::take() {
    const auto something_to_do = [this] {
        return !queue_.empty() || !trims_.empty() || closing_;
    };
    std::unique_lock lock(mutex_);
    if (removed_rows_ != removed_rows::waiting) {
        if (checkpoint_is_due(1) &&
            !arrived_.wait_for(lock, options_.checkpoint_idle, something_to_do)) {
            lock.unlock();
            checkpoint();
            lock.lock();
        }
        while (!full_because_.empty() && broken_because_.empty() &&
               !arrived_.wait_for(lock, options_.probe_interval, something_to_do)) {
            lock.unlock();
            probe();
            lock.lock();
        }
        arrived_.wait(lock, something_to_do);
    }
    if (queue_.empty() && trims_.empty() && closing_)
        return std::nullopt;
    return std::exchange(queue_, {});
}

void writer::commit(std::span<any_change> batch) {
    const time_point begun = monotonic_now();
    const std::int64_t commits_before = commits_;
    if (may_write())
        execute(batch);
    else
        refuse_all(batch, why_not());
    count(batch);
    if (commits_ > commits_before)
        measure(batch, monotonic_now() - begun);
    answer(batch);
}

void writer::execute(std::span<any_change> batch) {
    begin_.run();
    for (any_change& one : batch) {
        if (database_->failed())
            break;
        std::visit([this](auto& change) { decide(change); }, one);
    }
    commit_.run();
    if (const auto error = database_->take_error())
        return refuse_all(batch, roll_back(*error));
    const bool removed = std::ranges::any_of(batch, is_removal);
    if (removed || removed_rows_ == removed_rows::held_up)
        removed_rows_ = removed_rows::waiting;
}

// One step; the next one comes after whatever has been queued meanwhile. What a full disk stops
// goes on behind the next batch that it takes, or at the next start.
void writer::sweep() {
    if (!may_write()) {
        removed_rows_ = broken_because_.empty() ? removed_rows::held_up : removed_rows::none;
        return;
    }
    begin_.run();
    remover_.step();
    const bool more = remover_.has_rows_left();
    commit_.run();
    removed_rows_ = more ? removed_rows::waiting : removed_rows::none;
    if (const auto error = database_->take_error()) {
        roll_back(*error);
        removed_rows_ = removed_rows::held_up;
    }
    if (checkpoint_is_due(options_.checkpoint_pages))
        checkpoint();
}

// The oldest step of retention that is waited for, if there is one.
void writer::trim() {
    std::optional<trim_change> next;
    {
        const std::lock_guard lock(mutex_);
        if (trims_.empty())
            return;
        next = std::move(trims_.front());
        trims_.pop_front();
    }
    next->done.post(may_write() ? trim_now(next->request) : unavailable{why_not()});
    if (checkpoint_is_due(options_.checkpoint_pages))
        checkpoint();
}

trim_verdict writer::trim_now(const retention& keep) {
    begin_.run();
    trim_verdict verdict = trimmer_.step(keep);
    commit_.run();
    if (const auto error = database_->take_error()) {
        trimmer_.begin_anew();
        return unavailable{roll_back(*error)};
    }
    return verdict;
}

// Answers why, after undoing what SQLite has not undone itself.
std::string writer::roll_back(const sql_error& error) {
    if (database_->in_transaction())
        database_->execute("ROLLBACK");
    if (const auto worse = database_->take_error())
        break_off(*worse);
    else if (!may_pass(error))
        break_off(error);
    if (!broken_because_.empty())
        return broken_because_;
    hold_up(error);
    return full_because_;
}

void writer::hold_up(const sql_error& error) {
    const bool is_new = full_because_.empty();
    full_because_ = "the log cannot be written now: " + error.text;
    {
        const std::lock_guard lock(mutex_);
        figures_.full_because = full_because_;
    }
    if (is_new && options_.on_full)
        options_.on_full(full_because_);
}

// Not as long as the log cannot be copied: see `checkpointer::is_held_up`.
bool writer::may_write() {
    if (checkpointer_.is_held_up())
        checkpoint();
    return broken_because_.empty() && !checkpointer_.is_held_up();
}

const std::string& writer::why_not() const {
    return broken_because_.empty() ? full_because_ : broken_because_;
}

// Changes nothing, but writes the database's first page: SQLite skips what is equal only in rows.
void writer::probe() {
    if (!may_write())
        return;
    const std::int64_t version = database_->integer_of("PRAGMA user_version");
    begin_.run();
    database_->execute("PRAGMA user_version = " + std::to_string(version));
    commit_.run();
    if (const auto error = database_->take_error())
        roll_back(*error);
    else if (removed_rows_ == removed_rows::held_up)
        removed_rows_ = removed_rows::waiting;
}

// Something is durable: if there was no room, there is some.
void writer::written() {
    ++commits_;
    if (full_because_.empty())
        return;
    full_because_.clear();
    {
        const std::lock_guard lock(mutex_);
        figures_.full_because.clear();
    }
    if (options_.on_room)
        options_.on_room();
}

void writer::break_off(const sql_error& error) {
    const bool is_new = broken_because_.empty();
    broken_because_ = "the log cannot be written until a restart: " + error.text;
    removed_rows_ = removed_rows::none;  // the next start finds them
    {
        const std::lock_guard lock(mutex_);
        figures_.broken_because = broken_because_;
    }
    if (is_new && options_.on_broken)
        options_.on_broken(broken_because_);
}

void writer::count(std::span<const any_change> batch) {
    const std::lock_guard lock(mutex_);
    std::int64_t appends = 0;
    for (const any_change& one : batch) {
        waiting_bytes_ -= std::visit([](const auto& change) { return change.bytes; }, one);
        if (const auto* append = std::get_if<append_change>(&one)) {
            count_append(figures_, *append);
            ++appends;
        }
    }
    waiting_changes_ -= batch.size();
    figures_.commits = commits_;
    figures_.last_batch_appends = appends;
}

void writer::measure(std::span<const any_change> batch, duration took) {
    const auto appends = std::ranges::count_if(batch, [](const any_change& one) {
        return std::holds_alternative<append_change>(one);
    });
    const std::lock_guard lock(mutex_);
    figures_.commit_us.add(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    figures_.batch_appends.add(appends);
}

void writer::answer(std::span<any_change> batch) {
    answers_by_shard answers;
    for (any_change& one : batch)
        answers.add(one);
    answers.post();
}

// Called by SQLite with the size of the write-ahead log, once a transaction that wrote is durable.
int writer::committed_hook(void* self, sqlite3*, const char*, int pages) {
    auto& writer = *static_cast<class writer*>(self);
    writer.written();
    writer.checkpointer_.grown_to(pages);
    return SQLITE_OK;
}

bool writer::checkpoint_is_due(std::int64_t pages) const {
    return broken_because_.empty() && checkpointer_.is_due(pages);
}

// A failed fsync of the database is as final as one of the log.
void writer::checkpoint() {
    if (!checkpoint_is_due(1))
        return;
    const auto error = checkpointer_.run();
    if (checkpointer_.is_held_up())
        hold_up(*error);
    else if (error && !may_pass(*error))
        break_off(*error);
    const std::lock_guard lock(mutex_);
    figures_.checkpoints += error ? 0 : 1;
}

}  // namespace clarion::storage::sqlite
