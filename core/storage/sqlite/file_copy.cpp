#include "core/storage/sqlite/file_copy.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::storage::sqlite {

namespace {

using complaint = std::optional<std::string>;

// Between two looks at whether to stop: 2 MiB.
constexpr int pages_per_step = 512;

std::string told(std::string_view what, const std::filesystem::path& path, int error) {
    return std::string(what) + ' ' + path.string() + ": " + std::generic_category().message(error);
}

/// The copy while it is being made: goes with this object, unless it has got its name.
class unnamed_file {
public:
    explicit unnamed_file(const std::filesystem::path& named)
        : named_(named), path_(std::filesystem::path(named).concat(".partial")) {}
    unnamed_file(const unnamed_file&) = delete;
    unnamed_file& operator=(const unnamed_file&) = delete;
    ~unnamed_file() { remove(); }

    const std::filesystem::path& path() const { return path_; }

    complaint make() {
        remove();  // of a process that was killed in the middle
        const int file =
            ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (file < 0)
            return told("cannot create", path_, errno);
        ::close(file);
        return std::nullopt;
    }

    complaint give_name() {
        if (auto failure = sync(path_, O_RDONLY))
            return failure;
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, named_.c_str(), RENAME_NOREPLACE) != 0)
            return told("cannot create", named_, errno);
        return sync(named_.parent_path(), O_RDONLY | O_DIRECTORY);
    }

private:
    static complaint sync(const std::filesystem::path& path, int how) {
        const int file = ::open(path.c_str(), how | O_CLOEXEC);
        if (file < 0)
            return told("cannot open", path, errno);
        const int result = ::fsync(file);
        const int error = errno;
        ::close(file);
        return result == 0 ? complaint() : told("cannot sync", path, error);
    }

    // What SQLite may have put beside it too.
    void remove() const {
        for (const char* suffix : {"", "-journal", "-wal", "-shm"})
            ::unlink(std::filesystem::path(path_).concat(suffix).c_str());
    }

    std::filesystem::path named_;
    std::filesystem::path path_;
};

complaint failure_of(connection& database, std::string_view what) {
    if (const auto error = database.take_error())
        return std::string(what) + error->text;
    return std::nullopt;
}

// Within one read transaction of the source: a copy of pages that others change would begin anew
// with each of their commits.
complaint copy_pages(connection& from, connection& to, const std::stop_token& stop) {
    from.execute("BEGIN");
    (void)from.integer_of("SELECT count(*) FROM sqlite_schema");
    if (auto failure = failure_of(from, "the source cannot be read: "))
        return failure;
    sqlite3_backup* const copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    int result = copy == nullptr ? sqlite3_errcode(to.handle()) : SQLITE_OK;
    while (result == SQLITE_OK && !stop.stop_requested())
        result = sqlite3_backup_step(copy, pages_per_step);
    const int finished = sqlite3_backup_finish(copy);
    from.execute("COMMIT");
    if (result == SQLITE_OK)
        return "stopped before its end";
    if (result != SQLITE_DONE || finished != SQLITE_OK)
        return std::string("the copy cannot be written: ") +
               sqlite3_errstr(result == SQLITE_DONE ? finished : result);
    return failure_of(from, "the source cannot be read: ");
}

complaint fill(
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    const std::function<void(connection&)>& change,
    const std::stop_token& stop
) {
    auto source = connection::open(from, access::read_only, "");
    if (const auto* error = std::get_if<sql_error>(&source))
        return "cannot open " + from.string() + ": " + error->text;
    auto copy = connection::open(to, access::read_write, "");
    if (const auto* error = std::get_if<sql_error>(&copy))
        return "cannot open " + to.string() + ": " + error->text;
    connection& filled = *std::get<std::unique_ptr<connection>>(copy);
    if (auto failure = copy_pages(*std::get<std::unique_ptr<connection>>(source), filled, stop))
        return failure;
    // One file, whole by itself.
    filled.execute("PRAGMA journal_mode=DELETE");
    change(filled);
    return failure_of(filled, "the copy cannot be written: ");
}

}  // namespace

std::optional<std::string> copy_database(
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    const std::function<void(connection&)>& change,
    const std::stop_token& stop
) {
    unnamed_file made(to);
    if (auto failure = made.make())
        return failure;
    if (auto failure = fill(from, made.path(), change, stop))
        return failure;
    return made.give_name();
}

}  // namespace clarion::storage::sqlite
