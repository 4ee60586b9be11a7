#include "core/storage/sqlite/sqlite_event_log.hpp"

#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/event_reads.hpp"
#include "core/storage/sqlite/schema.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::storage {

namespace {

using sqlite::access;
using sqlite::connection;

using connection_or_failure = std::variant<std::unique_ptr<connection>, std::string>;

// 0 for one that is not there.
std::int64_t bytes_of(const std::filesystem::path& file) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(bytes);
}

std::string told(const std::filesystem::path& file, const std::string& what) {
    return "the log " + file.string() + ' ' + what;
}

connection_or_failure
connect(const std::filesystem::path& file, access how, const sqlite_options& options) {
    auto opened = connection::open(file, how, options.vfs);
    if (const auto* error = std::get_if<sqlite::sql_error>(&opened))
        return told(file, "cannot be opened: " + error->text);
    return std::get<std::unique_ptr<connection>>(std::move(opened));
}

// The file is looked at before it is changed: it may be another program's.
std::optional<std::string>
prepare_for_writing(connection& database, const sqlite_options& options) {
    if (database.is_read_only())
        return "cannot be written by this user: give it the file, or start as who owns it";
    if (auto refusal = sqlite::migrate(database, options.schema_steps))
        return refusal;
    const std::string journal = database.text_of("PRAGMA journal_mode=WAL");
    database.execute("PRAGMA synchronous=FULL");
    database.execute("PRAGMA foreign_keys=ON");
    database.execute("PRAGMA cache_size=-32768");  // KiB: the pages of the threads now at work
    database.execute("PRAGMA temp_store=MEMORY");
    if (auto error = database.take_error())
        return "cannot be used: " + error->text;
    if (journal != "wal")
        return "cannot be used: its file system does not allow a write-ahead log";
    return std::nullopt;
}

// SQLite would let everybody on the machine read what users say; what it makes beside the file
// takes the file's permissions over. A file that exists keeps its own.
void make_private(const std::filesystem::path& file) {
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (made >= 0)
        ::close(made);
}

connection_or_failure
connect_for_writing(const std::filesystem::path& file, const sqlite_options& options) {
    make_private(file);
    auto opened = connect(file, access::read_write, options);
    if (auto* database = std::get_if<std::unique_ptr<connection>>(&opened))
        if (auto failure = prepare_for_writing(**database, options))
            return told(file, *failure);
    return opened;
}

}  // namespace

std::variant<std::unique_ptr<sqlite_event_log>, open_failure>
sqlite_event_log::open(const std::filesystem::path& directory, const sqlite_options& options) {
    auto taken = sqlite::data_directory::take(directory);
    if (auto* failure = std::get_if<std::string>(&taken))
        return open_failure{std::move(*failure)};
    auto held = std::get<sqlite::data_directory>(std::move(taken));
    const std::filesystem::path file = held.database();

    auto for_writing = connect_for_writing(file, options);
    if (auto* failure = std::get_if<std::string>(&for_writing))
        return open_failure{std::move(*failure)};
    auto for_reading = connect(file, access::read_only, options);
    if (auto* failure = std::get_if<std::string>(&for_reading))
        return open_failure{std::move(*failure)};

    auto writer = std::make_unique<sqlite::writer>(
        std::get<std::unique_ptr<connection>>(std::move(for_writing)),
        options
    );
    auto reader = std::make_unique<sqlite::reader>(
        std::get<std::unique_ptr<connection>>(std::move(for_reading)),
        options
    );
    for (const auto& error : {writer->start(), reader->start()})
        if (error)
            return open_failure{told(file, "is damaged: " + error->text)};
    return std::unique_ptr<sqlite_event_log>(
        new sqlite_event_log(std::move(held), std::move(writer), std::move(reader))
    );
}

sqlite_event_log::sqlite_event_log(
    sqlite::data_directory directory,
    std::unique_ptr<sqlite::writer> writer,
    std::unique_ptr<sqlite::reader> reader
)
    : directory_(std::move(directory)), writer_(std::move(writer)), reader_(std::move(reader)) {}

sqlite_event_log::~sqlite_event_log() = default;

void sqlite_event_log::start_append(append_request request, completion<append_verdict> done) {
    writer_->submit(std::move(request), std::move(done));
}

void sqlite_event_log::start_open(protocol::thread_key key, completion<thread_result> done) {
    auto question = [key = std::move(key)](sqlite::event_reads& log) {
        return log.open(key);
    };
    reader_->ask<thread_result>(std::move(question), std::move(done));
}

void sqlite_event_log::start_read(page_request request, completion<page_result> done) {
    auto question = [request = std::move(request)](sqlite::event_reads& log) {
        return log.read(request);
    };
    reader_->ask<page_result>(std::move(question), std::move(done));
}

void sqlite_event_log::start_find(
    protocol::thread_key key,
    run_reference which,
    completion<message_result> done
) {
    auto question = [key = std::move(key), which = std::move(which)](sqlite::event_reads& log) {
        return log.find(key, which);
    };
    reader_->ask<message_result>(std::move(question), std::move(done));
}

void sqlite_event_log::start_list_open_runs(completion<open_runs_result> done) {
    auto question = [](sqlite::event_reads& log) {
        return log.list_open_runs();
    };
    reader_->ask<open_runs_result>(question, std::move(done));
}

void sqlite_event_log::start_list_user_runs(
    std::string user_id,
    completion<user_runs_result> done
) {
    auto question = [user_id = std::move(user_id)](sqlite::event_reads& log) {
        return log.list_user_runs(user_id);
    };
    reader_->ask<user_runs_result>(std::move(question), std::move(done));
}

void sqlite_event_log::start_list_threads(
    threads_request request,
    completion<threads_result> done
) {
    auto question = [request = std::move(request)](sqlite::event_reads& log) {
        return log.list_threads(request);
    };
    reader_->ask<threads_result>(std::move(question), std::move(done));
}

void sqlite_event_log::start_delete_thread(deletion request, completion<delete_verdict> done) {
    writer_->submit(std::move(request), std::move(done));
}

void sqlite_event_log::start_trim(retention keep, completion<trim_verdict> done) {
    writer_->submit(keep, std::move(done));
}

void sqlite_event_log::start_revoke(
    std::string user_id,
    std::int64_t revoked_ms,
    completion<revoke_result> done
) {
    writer_->submit(revocation{std::move(user_id), revoked_ms}, std::move(done));
}

void sqlite_event_log::start_list_revocations(completion<revocations_result> done) {
    auto question = [](sqlite::event_reads& log) {
        return log.list_revocations();
    };
    reader_->ask<revocations_result>(question, std::move(done));
}

sqlite_figures sqlite_event_log::figures() const {
    sqlite_figures figures = writer_->figures();
    reader_->report(figures);
    figures.database_bytes = bytes_of(directory_.database());
    figures.wal_bytes = bytes_of(directory_.database().concat("-wal"));
    return figures;
}

}  // namespace clarion::storage
