#include "core/storage/sqlite/schema.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

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

constexpr std::array all_steps{first_tables, table_of_revocations};

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
