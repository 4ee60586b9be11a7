#include "core/storage/sqlite/log_walk.hpp"

#include "core/storage/sqlite/schema.hpp"

#include <system_error>
#include <utility>

namespace clarion::storage::sqlite {

namespace {

constexpr std::string_view thread_columns =
    "SELECT thread_rowid, user_id, thread_id, epoch, first_seq, last_seq, messages,"
    " (SELECT count(*) FROM messages m WHERE m.thread_rowid = t.thread_rowid),"
    " (SELECT count(*) FROM runs r WHERE r.thread_rowid = t.thread_rowid), title, updated_ms"
    " FROM threads t ";

constexpr std::int64_t page_rows_max = 256;
constexpr std::size_t page_bytes_max = 1U << 20U;

// Nothing, when the file is a log of this version; otherwise what it is.
std::optional<std::string> check_version(connection& database) {
    const std::int64_t id = database.integer_of("PRAGMA application_id");
    const std::int64_t version = database.integer_of("PRAGMA user_version");
    if (auto error = database.take_error())
        return "cannot be read: " + error->text;
    if (id != application_id)
        return "is not a database of Clarion";
    const auto newest = static_cast<std::int64_t>(schema_steps().size());
    if (version > newest)
        return "was written by a newer version of Clarion";
    if (version < newest)
        return "was written by an older version of Clarion: start the server once, then stop it";
    return std::nullopt;
}

}  // namespace

std::variant<std::unique_ptr<log_walk>, std::string> log_walk::open(
    const std::filesystem::path& directory
) {
    // Where there is no log there must be no lock file afterwards either.
    std::error_code error;
    if (!std::filesystem::is_regular_file(directory / "clarion.db", error))
        return "there is no log in the directory " + directory.string();
    auto taken = data_directory::share(directory);
    if (auto* failure = std::get_if<std::string>(&taken))
        return std::move(*failure);
    auto held = std::get<data_directory>(std::move(taken));
    const std::filesystem::path database = held.database();
    return open(database, std::move(held));
}

std::variant<std::unique_ptr<log_walk>, std::string> log_walk::open_live(
    const std::filesystem::path& database
) {
    return open(database, std::nullopt);
}

std::variant<std::unique_ptr<log_walk>, std::string>
log_walk::open(const std::filesystem::path& database, std::optional<data_directory> held) {
    const std::string file = database.string();
    const access how = held ? access::at_rest : access::read_only;
    auto opened = connection::open(database, how, "");
    if (const auto* failure = std::get_if<sql_error>(&opened))
        return "the log " + file + " cannot be opened: " + failure->text;
    auto connected = std::get<std::unique_ptr<connection>>(std::move(opened));
    if (const auto refusal = check_version(*connected))
        return "the log " + file + ' ' + *refusal;
    std::unique_ptr<log_walk> walk(new log_walk(file, std::move(held), std::move(connected)));
    if (auto failure = walk->failure())
        return *std::move(failure);
    return walk;
}

log_walk::log_walk(
    std::string file,
    std::optional<data_directory> held,
    std::unique_ptr<connection> database
)
    : file_(std::move(file)),
      held_(std::move(held)),
      database_(std::move(database)),
      threads_(
          *database_,
          std::string(thread_columns) +
              "WHERE thread_rowid > ? AND user_id <> '' ORDER BY thread_rowid LIMIT 1"
      ),
      find_thread_(*database_, std::string(thread_columns) + "WHERE user_id = ? AND thread_id = ?"),
      find_run_(
          *database_,
          "SELECT min(seq), max(seq) FROM events WHERE thread_rowid = ? AND run_id = ?"
          " HAVING count(*) > 0"
      ),
      events_(
          *database_,
          "SELECT seq, type, timestamp_ms, run_id, payload FROM events"
          " WHERE thread_rowid = ? AND seq > ? ORDER BY seq LIMIT ?"
      ),
      runs_(
          *database_,
          "SELECT r.run_id, r.message_id, r.agent, r.state, r.message_seq,"
          " m.message_id IS NOT NULL, m.content_digest, m.run_id, m.seq FROM runs r"
          " LEFT JOIN messages m"
          " ON m.thread_rowid = r.thread_rowid AND m.message_id = r.message_id"
          " WHERE r.thread_rowid = ? AND (r.message_seq, r.run_id) > (?, ?)"
          " ORDER BY r.message_seq, r.run_id LIMIT ?"
      ),
      revocations_(*database_, "SELECT user_id, revoked_ms FROM revocations"),
      pages_check_(*database_, "PRAGMA integrity_check(" + std::to_string(faults_max) + ")"),
      references_check_(*database_, "PRAGMA foreign_key_check") {}

namespace {

walked_thread read_thread(const statement::rows& row) {
    walked_thread thread;
    thread.row = row.integer(0);
    thread.key = {std::string(row.text(1)), std::string(row.text(2))};
    thread.epoch = row.text(3);
    thread.first_seq = row.integer(4);
    thread.last_seq = row.integer(5);
    thread.messages = row.integer(6);
    thread.message_rows = row.integer(7);
    thread.run_rows = row.integer(8);
    thread.title = row.text(9);
    thread.updated_ms = row.integer(10);
    return thread;
}

}  // namespace

std::optional<walked_thread> log_walk::next_thread(std::int64_t after) {
    auto row = threads_.select(after);
    if (!row.next())
        return std::nullopt;
    return read_thread(row);
}

std::optional<walked_thread> log_walk::find_thread(const protocol::thread_key& key) {
    auto row = find_thread_.select(key.user_id, key.thread_id);
    if (!row.next())
        return std::nullopt;
    return read_thread(row);
}

std::optional<log_walk::seq_range>
log_walk::find_run(std::int64_t thread_row, std::string_view run_id) {
    auto row = find_run_.select(thread_row, run_id);
    if (!row.next())
        return std::nullopt;
    return seq_range{row.integer(0), row.integer(1)};
}

std::vector<walked_event> log_walk::events(std::int64_t thread_row, std::int64_t after_seq) {
    std::vector<walked_event> page;
    std::size_t bytes = 0;
    auto row = events_.select(thread_row, after_seq, page_rows_max);
    while (bytes < page_bytes_max && row.next()) {
        walked_event& event = page.emplace_back();
        event.seq = row.integer(0);
        event.type = row.text(1);
        event.timestamp_ms = row.integer(2);
        event.run_id = row.text(3);
        event.payload_json = row.text(4);
        bytes += page.back().payload_json.size();
    }
    return page;
}

std::vector<walked_run> log_walk::runs(std::int64_t thread_row, const run_position& after) {
    std::vector<walked_run> page;
    auto row = runs_.select(thread_row, after.message_seq, after.run_id, page_rows_max);
    while (row.next()) {
        walked_run& run = page.emplace_back();
        run.run_id = row.text(0);
        run.message_id = row.text(1);
        run.agent = row.text(2);
        run.state = row.text(3);
        run.message_seq = row.integer(4);
        if (row.integer(5) != 0)
            run.message = walked_message{
                std::string(row.text(6)),
                std::string(row.text(7)),
                row.integer(8),
            };
    }
    return page;
}

std::vector<revocation> log_walk::revocations() {
    std::vector<revocation> found;
    auto row = revocations_.select();
    while (row.next())
        found.push_back({std::string(row.text(0)), row.integer(1)});
    return found;
}

std::vector<std::string> log_walk::faults() {
    std::vector<std::string> found;
    if (!held_)
        return found;
    {
        auto row = pages_check_.select();
        while (row.next())
            if (row.text(0) != "ok")
                found.push_back("the file: " + std::string(row.text(0)));
    }
    auto row = references_check_.select();
    for (std::size_t count = 0; count < faults_max && row.next(); ++count)
        found.push_back(
            "a row of " + std::string(row.text(0)) + " belongs to no row of " +
            std::string(row.text(2))
        );
    return found;
}

std::optional<std::string> log_walk::failure() {
    if (auto error = database_->take_error())
        return "the log " + file_ + " cannot be read: " + error->text;
    return std::nullopt;
}

}  // namespace clarion::storage::sqlite
