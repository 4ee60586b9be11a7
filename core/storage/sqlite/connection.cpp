#include "core/storage/sqlite/connection.hpp"

#include "core/async/assert.hpp"

#include <system_error>
#include <utility>

namespace clarion::storage::sqlite {

namespace {

// Whoever looks into the file from outside may hold its lock for a moment.
constexpr int busy_timeout_ms = 2000;

/// What SQLite is told about a file.
struct opening {
    int flags = SQLITE_OPEN_READONLY;
    std::string name;
    std::string vfs;
    /// Said before anything is read.
    std::string first;
};

bool has_wal(const std::filesystem::path& file) {
    std::filesystem::path wal = file;
    wal += "-wal";
    std::error_code absent;
    const auto bytes = std::filesystem::file_size(wal, absent);
    return !absent && bytes > 0;
}

// https://www.sqlite.org/uri.html: the path of a URI filename.
std::string uri_of(const std::filesystem::path& file) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string uri = "file:";
    for (const char each : file.string()) {
        const auto byte = static_cast<unsigned char>(each);
        if (each != '%' && each != '?' && each != '#' && byte > 0x20 && byte < 0x7f)
            uri += each;
        else
            uri.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
    return uri;
}

// A reader of a WAL writes too, into the -shm file, and makes both files when they are missing.
// Not so one without a WAL behind it (immutable), nor one that has the file to itself: its index of
// the WAL lies in memory. Without locks of SQLite's own (unix-none) several can have that at once.
opening at_rest(const std::filesystem::path& file) {
    if (!has_wal(file))
        return {SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, uri_of(file) + "?immutable=1", "", ""};
    return {SQLITE_OPEN_READONLY, file.string(), "unix-none", "PRAGMA locking_mode=EXCLUSIVE"};
}

opening opening_of(const std::filesystem::path& file, access how, const std::string& vfs) {
    if (how == access::at_rest)
        return at_rest(file);
    if (how == access::read_only)
        return {SQLITE_OPEN_READONLY, file.string(), vfs, ""};
    return {SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file.string(), vfs, ""};
}

}  // namespace

statement::statement(connection& on, std::string_view sql) : on_(on) {
    if (on.failed())
        return;
    sqlite3_stmt* handle = nullptr;
    on.note(sqlite3_prepare_v3(
        on.handle(),
        sql.data(),
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &handle,
        nullptr
    ));
    handle_.reset(handle);
}

void statement::check_parameters(std::size_t count) const {
    CLARION_ASSERT(handle_);
    CLARION_ASSERT(static_cast<int>(count) == sqlite3_bind_parameter_count(handle_.get()));
}

void statement::bind(int index, std::int64_t value) {
    on_.note(sqlite3_bind_int64(handle_.get(), index, value));
}

void statement::bind(int index, std::string_view value) {
    // A null pointer would bind NULL; SQLITE_STATIC: the text outlives the step.
    const char* text = value.data() == nullptr ? "" : value.data();
    on_.note(
        sqlite3_bind_text64(handle_.get(), index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8)
    );
}

std::int64_t statement::take_steps() {
    return sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_VM_STEP, 1);
}

bool statement::rows::next() {
    if (on_.failed())
        return false;
    const int result = sqlite3_step(&from_);
    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        on_.note(result);
    return false;
}

std::int64_t statement::rows::integer(int column) const {
    return sqlite3_column_int64(&from_, column);
}

std::string_view statement::rows::text(int column) const {
    const unsigned char* text = sqlite3_column_text(&from_, column);
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(&from_, column));
    if (text == nullptr)
        return {};
    return {reinterpret_cast<const char*>(text), bytes};
}

std::variant<std::unique_ptr<connection>, sql_error>
connection::open(const std::filesystem::path& file, access how, const std::string& vfs) {
    const opening asked = opening_of(file, how, vfs);
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(
        asked.name.c_str(),
        &handle,
        asked.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        asked.vfs.empty() ? nullptr : asked.vfs.c_str()
    );
    std::unique_ptr<connection> opened(new connection(handle));
    opened->note(result);
    if (auto error = opened->take_error())
        return *std::move(error);
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    opened->note(sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr));
    opened->execute("PRAGMA wal_autocheckpoint=0");
    opened->execute(asked.first);
    if (auto error = opened->take_error())
        return *std::move(error);
    return opened;
}

void connection::execute(const std::string& sql) {
    if (!failed())
        note(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t connection::integer_of(std::string_view sql) {
    statement asked(*this, sql);
    if (failed())
        return 0;
    auto rows = asked.select();
    return rows.next() ? rows.integer(0) : 0;
}

std::string connection::text_of(std::string_view sql) {
    statement asked(*this, sql);
    if (failed())
        return {};
    auto rows = asked.select();
    return rows.next() ? std::string(rows.text(0)) : std::string();
}

std::optional<sql_error> connection::take_error() {
    return std::exchange(error_, std::nullopt);
}

void connection::note(int result) {
    if (result == SQLITE_OK || failed())
        return;
    const char* text = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(result);
    error_ = sql_error{result & 0xff, text};
}

void connection::fail(sql_error error) {
    if (!failed())
        error_ = std::move(error);
}

}  // namespace clarion::storage::sqlite
