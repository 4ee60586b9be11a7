#include "core/storage/sqlite/schema.hpp"

#include "core/protocol/payload_text.hpp"
#include "core/storage/thread_title.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace clarion::storage::sqlite {

namespace {

// Events lie in the order of their commits, whatever their thread, so that a batch from a hundred
// threads dirties the last few pages and not a hundred (docs of the folder: measured 28 pages
// instead of 176); the index finds a thread's own. Event types and run states are names, which
// keep their meaning when the enumerations grow.
constexpr const char* first_tables = R"sql(
CREATE TABLE threads(
    thread_rowid INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    epoch TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    fencing_token INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (user_id, thread_id)
) STRICT;

CREATE TABLE events(
    event_rowid INTEGER PRIMARY KEY,
    thread_rowid INTEGER NOT NULL REFERENCES threads,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (thread_rowid, seq)
) STRICT;

CREATE TABLE runs(
    thread_rowid INTEGER NOT NULL REFERENCES threads,
    run_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'suspended', 'finished')),
    message_seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (thread_rowid, run_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX open_runs ON runs(thread_rowid, message_seq) WHERE state <> 'finished';

CREATE TABLE messages(
    thread_rowid INTEGER NOT NULL REFERENCES threads,
    message_id TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (thread_rowid, message_id),
    FOREIGN KEY (thread_rowid, run_id) REFERENCES runs
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* table_of_revocations = R"sql(
CREATE TABLE revocations(
    user_id TEXT NOT NULL PRIMARY KEY,
    revoked_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Listing a user's threads by time must not cost an index entry with every append, which moves a
// thread's `updated_ms`: the index knows the hour alone, and an hour's threads are sorted when they
// are listed. A run's user makes its open ones found without its threads.
constexpr const char* thread_lists = R"sql(
ALTER TABLE threads ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE threads ADD COLUMN updated_hour INTEGER NOT NULL DEFAULT 0;
UPDATE threads SET
    updated_hour = updated_ms / 3600000,
    title = coalesce((
        SELECT title_of_message(payload) FROM events
        WHERE events.thread_rowid = threads.thread_rowid AND type = 'user_message'
        ORDER BY seq LIMIT 1
    ), '');
CREATE INDEX threads_by_hour ON threads(user_id, updated_hour);

ALTER TABLE runs ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
UPDATE runs SET user_id = (
    SELECT user_id FROM threads WHERE threads.thread_rowid = runs.thread_rowid
);
DROP INDEX open_runs;
CREATE INDEX open_runs ON runs(user_id, thread_rowid, message_seq) WHERE state <> 'finished';
)sql";

// What retention by size adds up, without reading every payload (append_facts.hpp: stored_bytes).
constexpr const char* event_bytes = R"sql(
ALTER TABLE threads ADD COLUMN event_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE threads SET event_bytes = coalesce((
    SELECT sum(length(CAST(payload AS BLOB)) + 96) FROM events
    WHERE events.thread_rowid = threads.thread_rowid
), 0);
)sql";

// What a suspended run goes on from; empty for any other.
constexpr const char* checkpoints = R"sql(
ALTER TABLE runs ADD COLUMN checkpoint TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::array
    all_steps{first_tables, table_of_revocations, thread_lists, event_bytes, checkpoints};

// For the step that gives threads of earlier versions their titles.
void title_of_message(sqlite3_context* answer, int, sqlite3_value** arguments) {
    const unsigned char* text = sqlite3_value_text(arguments[0]);
    const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const std::string_view json(reinterpret_cast<const char*>(text), bytes);
    auto parsed = protocol::payload_from_json(protocol::event_type::user_message, json);
    const auto* payload = std::get_if<protocol::payload>(&parsed);
    const auto* message =
        payload == nullptr ? nullptr : std::get_if<protocol::user_message>(payload);
    const std::string title = message == nullptr ? std::string() : title_of(message->text);
    sqlite3_result_text64(answer, title.data(), title.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void add_functions(connection& database) {
    database.note(sqlite3_create_function_v2(
        database.handle(),
        "title_of_message",
        1,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC,
        nullptr,
        &title_of_message,
        nullptr,
        nullptr,
        nullptr
    ));
}

std::string cannot_be_read(const sql_error& error) {
    if (error.code == SQLITE_NOTADB)
        return "is not a database of Clarion";
    return "cannot be read: " + error.text;
}

// Nothing, when the file is empty or ours; otherwise what it is.
std::optional<std::string> check_origin(connection& database) {
    const std::int64_t id = database.integer_of("PRAGMA application_id");
    const std::int64_t tables = database.integer_of("SELECT count(*) FROM sqlite_schema");
    if (auto error = database.take_error())
        return cannot_be_read(*error);
    if (id != application_id && (id != 0 || tables != 0))
        return "is not a database of Clarion";
    return std::nullopt;
}

}  // namespace

std::span<const char* const> schema_steps() {
    return all_steps;
}

std::optional<std::string> migrate(connection& database, std::span<const char* const> steps) {
    if (auto refusal = check_origin(database))
        return refusal;
    const auto newest = static_cast<std::int64_t>(steps.size());
    std::int64_t version = database.integer_of("PRAGMA user_version");
    if (auto error = database.take_error())
        return cannot_be_read(*error);
    if (version > newest)
        return "was written by a newer version of Clarion (its schema is " +
               std::to_string(version) + ", this version knows up to " + std::to_string(newest) +
               ')';
    if (version < newest)
        add_functions(database);
    while (version < newest) {
        database.execute("BEGIN IMMEDIATE");
        database.execute(steps[static_cast<std::size_t>(version)]);
        ++version;
        database.execute("PRAGMA application_id = " + std::to_string(application_id));
        database.execute("PRAGMA user_version = " + std::to_string(version));
        database.execute("COMMIT");
        if (auto error = database.take_error()) {
            if (database.in_transaction())
                database.execute("ROLLBACK");
            return "cannot be brought to schema " + std::to_string(version) + ": " + error->text;
        }
    }
    return std::nullopt;
}

}  // namespace clarion::storage::sqlite
