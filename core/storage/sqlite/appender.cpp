#include "core/storage/sqlite/appender.hpp"

#include "core/protocol/describe.hpp"
#include "core/protocol/events.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/storage/append_facts.hpp"
#include "core/storage/sqlite/stored_rows.hpp"

#include <utility>

namespace clarion::storage::sqlite {

namespace {

// What concerns the one request only: the transaction goes on without it.
bool is_of_the_request(const sql_error& error) {
    return error.code == SQLITE_CONSTRAINT || error.code == SQLITE_TOOBIG;
}

}  // namespace

appender::appender(connection& database)
    : database_(database),
      savepoint_(database, "SAVEPOINT append"),
      roll_back_(database, "ROLLBACK TO append"),
      release_(database, "RELEASE append"),
      find_thread_(
          database,
          "SELECT thread_rowid, epoch, last_seq, fencing_token, updated_hour FROM threads"
          " WHERE user_id = ? AND thread_id = ?"
      ),
      find_message_(
          database,
          "SELECT m.run_id, m.seq, m.content_digest, r.state FROM messages m"
          " JOIN runs r ON r.thread_rowid = m.thread_rowid AND r.run_id = m.run_id"
          " WHERE m.thread_rowid = ? AND m.message_id = ?"
      ),
      find_run_(database, "SELECT 1 FROM runs WHERE thread_rowid = ? AND run_id = ?"),
      add_thread_(
          database,
          "INSERT INTO threads(user_id, thread_id, epoch, first_seq, last_seq, messages,"
          " fencing_token, created_ms, updated_ms, updated_hour, title, event_bytes)"
          " VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)"
      ),
      advance_thread_(
          database,
          "UPDATE threads SET last_seq = ?, messages = messages + ?, fencing_token = ?,"
          " updated_ms = ?, event_bytes = event_bytes + ? WHERE thread_rowid = ?"
      ),
      move_to_hour_(database, "UPDATE threads SET updated_hour = ? WHERE thread_rowid = ?"),
      rename_thread_(database, "UPDATE threads SET title = ? WHERE thread_rowid = ?"),
      add_event_(
          database,
          "INSERT INTO events(thread_rowid, seq, type, timestamp_ms, run_id, payload)"
          " VALUES (?, ?, ?, ?, ?, ?)"
      ),
      add_run_(
          database,
          "INSERT INTO runs(thread_rowid, run_id, message_id, agent, state, message_seq,"
          " created_ms, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
      ),
      add_message_(
          database,
          "INSERT INTO messages(thread_rowid, message_id, content_digest, run_id, seq)"
          " VALUES (?, ?, ?, ?, ?)"
      ),
      change_run_(
          database,
          "UPDATE runs SET state = ?, checkpoint = ? WHERE thread_rowid = ? AND run_id = ?"
      ) {}

append_verdict appender::append(const append_request& request) {
    const std::optional<position> at = find_thread(request.key);
    if (auto refusal = refuse(request, at))
        return *std::move(refusal);
    savepoint_.run();
    append_verdict verdict = store(request, at);
    if (auto error = database_.take_error()) {
        if (!is_of_the_request(*error)) {
            database_.fail(*std::move(error));
            return unavailable{};
        }
        verdict = unavailable{error->text};
    }
    if (!std::holds_alternative<committed>(verdict))
        roll_back_.run();
    release_.run();
    return verdict;
}

// The fence first: whoever stands behind it is told nothing of the thread. A known message before
// the position: that answer holds wherever the caller believes the thread to stand.
std::optional<append_verdict>
appender::refuse(const append_request& request, const std::optional<position>& at) {
    if (!at) {
        if (request.expected_seq != 0)
            return wrong_position{};
        return std::nullopt;
    }
    if (request.fencing_token < at->fencing_token)
        return fenced{};
    if (request.message)
        if (auto known = find_message(at->thread_rowid, request.message->message_id))
            return *std::move(known);
    if (request.expected_seq != at->last_seq || request.epoch != at->epoch)
        return wrong_position{at->epoch, at->last_seq};
    return std::nullopt;
}

append_verdict appender::store(const append_request& request, const std::optional<position>& at) {
    const std::int64_t thread_rowid = at ? at->thread_rowid : add_thread(request);
    if (at)
        advance_thread(request, *at);
    add_events(request, thread_rowid);
    if (auto refusal = add_run(request, thread_rowid))
        return *std::move(refusal);
    if (auto refusal = change_runs(request, thread_rowid))
        return *std::move(refusal);
    return committed{request.expected_seq + static_cast<std::int64_t>(request.events.size())};
}

std::optional<appender::position> appender::find_thread(const protocol::thread_key& key) {
    auto found = find_thread_.select(key.user_id, key.thread_id);
    if (!found.next())
        return std::nullopt;
    return position{
        .thread_rowid = found.integer(0),
        .epoch = std::string(found.text(1)),
        .last_seq = found.integer(2),
        .fencing_token = found.integer(3),
        .updated_hour = found.integer(4),
    };
}

std::optional<duplicate_message>
appender::find_message(std::int64_t thread_rowid, std::string_view message_id) {
    auto found = find_message_.select(thread_rowid, message_id);
    if (!found.next())
        return std::nullopt;
    return read_message(database_, found);
}

std::int64_t appender::add_thread(const append_request& request) {
    add_thread_.run(
        request.key.user_id,
        request.key.thread_id,
        request.epoch,
        static_cast<std::int64_t>(request.events.size()),
        messages_in(request),
        request.fencing_token,
        request.now_ms,
        request.now_ms,
        hour_of(request.now_ms),
        request.title,
        stored_bytes(request.events)
    );
    return database_.last_insert_rowid();
}

void appender::advance_thread(const append_request& request, const position& at) {
    advance_thread_.run(
        at.last_seq + static_cast<std::int64_t>(request.events.size()),
        messages_in(request),
        request.fencing_token,
        request.now_ms,
        stored_bytes(request.events),
        at.thread_rowid
    );
    if (const std::int64_t hour = hour_of(request.now_ms); hour != at.updated_hour)
        move_to_hour_.run(hour, at.thread_rowid);
    if (!request.new_title.empty())
        rename_thread_.run(request.new_title, at.thread_rowid);
}

void appender::add_events(const append_request& request, std::int64_t thread_rowid) {
    std::int64_t seq = request.expected_seq;
    for (const protocol::event& event : request.events)
        add_event_.run(
            thread_rowid,
            ++seq,
            protocol::traits_of(event.type).name,
            event.timestamp_ms,
            event.run_id,
            event.payload_json
        );
}

std::optional<unavailable>
appender::add_run(const append_request& request, std::int64_t thread_rowid) {
    if (!request.message)
        return std::nullopt;
    const new_message& message = *request.message;
    if (is_known(thread_rowid, message.run_id))
        return run_id_taken(message.run_id);
    const std::int64_t seq = user_message_seq(request);
    add_run_.run(
        thread_rowid,
        message.run_id,
        message.message_id,
        message.agent,
        protocol::name_of(message.state),
        seq,
        request.now_ms,
        request.key.user_id
    );
    add_message_.run(thread_rowid, message.message_id, message.content_digest, message.run_id, seq);
    return std::nullopt;
}

std::optional<unavailable>
appender::change_runs(const append_request& request, std::int64_t thread_rowid) {
    for (const run_change& change : request.runs) {
        change_run_
            .run(protocol::name_of(change.state), change.checkpoint, thread_rowid, change.run_id);
        if (!database_.failed() && database_.changes() == 0)
            return unknown_run(change.run_id);
    }
    return std::nullopt;
}

bool appender::is_known(std::int64_t thread_rowid, std::string_view run_id) {
    return find_run_.select(thread_rowid, run_id).next();
}

}  // namespace clarion::storage::sqlite
