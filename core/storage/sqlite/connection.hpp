#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <sqlite3.h>

namespace clarion::storage::sqlite {

/// What SQLite could not do.
struct sql_error {
    int code = SQLITE_ERROR;  // primary result code
    std::string text;
};

enum class access {
    read_write,
    read_only,  ///< beside a connection that writes, in this process or another
    at_rest,    ///< read only, and nobody writes while it lives: leaves the directory as it is
};

class connection;

/// A prepared statement, made once and used many times. Dies before its connection.
class statement {
public:
    statement(connection& on, std::string_view sql);

    /// The rows of one execution; gives the statement back when it goes out of scope. Text bound to
    /// it must live as long.
    class rows {
    public:
        rows(const rows&) = delete;
        rows& operator=(const rows&) = delete;
        ~rows() { sqlite3_reset(&from_); }

        /// Steps to the next row. False at the end, and from the connection's first error on.
        bool next();

        std::int64_t integer(int column) const;
        /// Valid until the next step.
        std::string_view text(int column) const;

    private:
        friend class statement;
        rows(connection& on, sqlite3_stmt& from) : on_(on), from_(from) {}
        connection& on_;
        sqlite3_stmt& from_;
    };

    /// Binds all parameters, in order: integers and texts.
    template <class... Values>
    rows select(const Values&... values) {
        check_parameters(sizeof...(values));
        int index = 0;
        (bind(++index, values), ...);
        return rows(on_, *handle_);
    }

    /// Executes a statement that gives no rows.
    template <class... Values>
    void run(const Values&... values) {
        select(values...).next();
    }

    /// Virtual machine steps since the last call: what the statement cost, apart from waiting.
    std::int64_t take_steps();

private:
    struct finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };

    void check_parameters(std::size_t count) const;
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);

    connection& on_;
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

/// One connection to one database file, used by one thread at a time.
///
/// The first error sticks: what is asked afterwards does nothing, until `take_error` has told the
/// asker. So a transaction reads as its steps, with one check at its end; nothing may be concluded
/// from an absent row before that check.
class connection {
public:
    /// `vfs`: the name of a registered SQLite VFS; empty for the default one. Of no effect at rest.
    static std::variant<std::unique_ptr<connection>, sql_error>
    open(const std::filesystem::path& file, access how, const std::string& vfs);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Runs one or more statements whose rows are of no interest.
    void execute(const std::string& sql);
    /// The first column of the first row.
    std::int64_t integer_of(std::string_view sql);
    std::string text_of(std::string_view sql);

    bool failed() const { return error_.has_value(); }
    std::optional<sql_error> take_error();

    /// The file's permissions allow no writing.
    bool is_read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
    /// False when SQLite has ended the transaction by itself, as it does on some errors.
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    std::int64_t last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }
    /// Rows changed by the last insert or update.
    int changes() const { return sqlite3_changes(handle_.get()); }

    sqlite3* handle() const { return handle_.get(); }
    /// Remembers a result code, unless it says success or an earlier one sticks.
    void note(int result);
    void fail(sql_error error);

private:
    struct close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };

    explicit connection(sqlite3* handle) : handle_(handle) {}

    std::unique_ptr<sqlite3, close> handle_;
    std::optional<sql_error> error_;
};

}  // namespace clarion::storage::sqlite
