#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/data_directory.hpp"
#include "core/storage/sqlite/schema.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using namespace clarion::storage::sqlite;

namespace {

// Why the directory cannot be opened; empty when it can.
std::string refusal_of(const std::filesystem::path& directory, const sqlite_options& options = {}) {
    const auto opened = sqlite_event_log::open(directory, options);
    const auto* failure = std::get_if<open_failure>(&opened);
    return failure == nullptr ? "" : failure->reason;
}

// Runs SQL on the database of a directory as another program would.
void execute(const std::filesystem::path& directory, const std::string& sql) {
    auto opened = connection::open(directory / "clarion.db", access::read_write, "");
    auto& database = *std::get<std::unique_ptr<connection>>(opened);
    database.execute(sql);
    BOOST_REQUIRE(!database.take_error());
}

std::int64_t integer_of(const std::filesystem::path& directory, const std::string& sql) {
    auto opened = connection::open(directory / "clarion.db", access::read_write, "");
    return std::get<std::unique_ptr<connection>>(opened)->integer_of(sql);
}

// Steps that a later version might add to those of this one.
constexpr const char* next_step =
    "ALTER TABLE threads ADD COLUMN colour TEXT NOT NULL DEFAULT '';"
    "UPDATE threads SET colour = thread_id";
constexpr const char* broken_step =
    "UPDATE threads SET colour = 'half'; INSERT INTO no_such_table VALUES (1)";

std::vector<const char*> steps_and(std::initializer_list<const char*> more) {
    std::vector<const char*> steps(schema_steps().begin(), schema_steps().end());
    steps.insert(steps.end(), more);
    return steps;
}

const auto version = static_cast<std::int64_t>(schema_steps().size());

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_opening)

BOOST_AUTO_TEST_CASE(everything_is_there_after_a_reopen) {
    support::temporary_directory directory;
    {
        const auto log = sqlite_store::open(directory.path());
        asker ask(*log);
        ask.commit(message_behind(0, "m_1", "r_1"));
        append_request second = state_behind(1, "r_1", protocol::run_state::suspended);
        second.fencing_token = 7;
        ask.commit(second);
    }
    const auto log = sqlite_store::open(directory.path());
    asker ask(*log);
    BOOST_TEST(ask.events_of(ada()).size() == 2U);
    BOOST_REQUIRE_EQUAL(ask.list_open_runs().size(), 1U);
    const thread_row row = ask.list_open_runs()[0].row;
    BOOST_TEST(row.epoch == "e_1");
    BOOST_TEST(row.last_seq == 2);
    BOOST_TEST((row.open_runs.at(0).state == protocol::run_state::suspended));
    append_request again = message_behind(2, "m_1", "r_2");
    again.fencing_token = 7;
    BOOST_TEST(std::get<duplicate_message>(ask.append(again)).run_id == "r_1");
    BOOST_TEST(std::holds_alternative<fenced>(ask.append(texts_behind(2, {"c"}))));
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_made_for_its_owner_alone) {
    support::temporary_directory directory;
    const std::filesystem::path made = directory.path() / "state" / "clarion";
    const ::mode_t before = ::umask(0);
    const std::string refusal = refusal_of(made);
    ::umask(before);
    BOOST_TEST(refusal == "");
    const auto mode = std::filesystem::status(made).permissions();
    BOOST_TEST((mode == std::filesystem::perms::owner_all));
}

// In a directory that others may enter it would be theirs to read.
BOOST_AUTO_TEST_CASE(the_log_is_its_owner_s_alone) {
    using std::filesystem::perms;
    support::temporary_directory directory;
    const ::mode_t before = ::umask(0);
    const auto log = sqlite_store::open(directory.path());
    ::umask(before);
    for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
        const perms mode = file.status().permissions();
        BOOST_TEST((mode == (perms::owner_read | perms::owner_write)), file.path());
    }
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_a_file_is_refused_by_name) {
    support::temporary_directory directory;
    const std::filesystem::path file = directory.path() / "file";
    std::ofstream(file) << "text";
    BOOST_TEST(
        refusal_of(file) == "cannot use the data directory " + file.string() + ": Not a directory"
    );
    BOOST_TEST(
        refusal_of(file / "below") ==
        "cannot create the data directory " + (file / "below").string() + ": Not a directory"
    );
}

BOOST_AUTO_TEST_CASE(a_second_process_is_told_who_has_the_directory) {
    sqlite_store at;
    BOOST_TEST(
        refusal_of(at.directory.path()) == "the data directory " + at.directory.path().string() +
                                               " is in use by another process (process " +
                                               std::to_string(::getpid()) + ")"
    );
    at.ask.commit(texts_behind(0, {"the first one goes on"}));
    at.opened.reset();
    BOOST_TEST(refusal_of(at.directory.path()) == "");
}

BOOST_AUTO_TEST_CASE(a_database_of_a_newer_version_is_refused_and_left_alone) {
    support::temporary_directory directory;
    const auto newer = steps_and({next_step});
    sqlite_options options;
    options.schema_steps = newer;
    BOOST_REQUIRE_EQUAL(refusal_of(directory.path(), options), "");
    options.schema_steps = schema_steps();
    BOOST_TEST(
        refusal_of(directory.path(), options) ==
        "the log " + (directory.path() / "clarion.db").string() +
            " was written by a newer version of Clarion (its schema is " +
            std::to_string(version + 1) + ", this version knows up to " + std::to_string(version) +
            ')'
    );
    BOOST_TEST(integer_of(directory.path(), "PRAGMA user_version") == version + 1);
}

BOOST_AUTO_TEST_CASE(an_older_database_is_brought_up_to_date_with_what_it_holds) {
    support::temporary_directory directory;
    const auto steps = steps_and({next_step});
    sqlite_options options;
    {
        const auto log = sqlite_store::open(directory.path(), options);
        asker(*log).commit(message_behind(0, "m_1", "r_1"));
    }
    BOOST_TEST(integer_of(directory.path(), "PRAGMA user_version") == version);
    options.schema_steps = steps;
    {
        const auto log = sqlite_store::open(directory.path(), options);
        asker ask(*log);
        BOOST_TEST(ask.events_of(ada()).size() == 1U);
        ask.commit(texts_behind(1, {"behind it"}));
    }
    BOOST_TEST(integer_of(directory.path(), "PRAGMA user_version") == version + 1);
    BOOST_TEST(
        integer_of(directory.path(), "SELECT count(*) FROM threads WHERE colour = 't1'") == 1
    );
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_version_before_it) {
    support::temporary_directory directory;
    const auto steps = steps_and({next_step, broken_step});
    sqlite_options options;
    options.schema_steps = steps;
    BOOST_TEST(
        refusal_of(directory.path(), options) ==
        "the log " + (directory.path() / "clarion.db").string() + " cannot be brought to schema " +
            std::to_string(version + 2) + ": no such table: no_such_table"
    );
    BOOST_TEST(integer_of(directory.path(), "PRAGMA user_version") == version + 1);
    BOOST_TEST(
        integer_of(directory.path(), "SELECT count(*) FROM threads WHERE colour = 'half'") == 0
    );
}

BOOST_AUTO_TEST_CASE(a_database_of_another_program_is_refused_and_left_alone) {
    for (const char* sql :
         {"PRAGMA application_id = 42; PRAGMA user_version = 1", "CREATE TABLE photos(name TEXT)"
         }) {
        support::temporary_directory directory;
        execute(directory.path(), sql);
        BOOST_TEST(
            refusal_of(directory.path()) == "the log " +
                                                (directory.path() / "clarion.db").string() +
                                                " is not a database of Clarion"
        );
        BOOST_TEST(integer_of(directory.path(), "SELECT count(*) FROM sqlite_schema") <= 1);
        BOOST_TEST(!std::filesystem::exists(directory.path() / "clarion.db-wal"));
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_refused) {
    support::temporary_directory directory;
    std::ofstream(directory.path() / "clarion.db") << std::string(4096, 'x');
    BOOST_TEST(
        refusal_of(directory.path()) ==
        "the log " + (directory.path() / "clarion.db").string() + " is not a database of Clarion"
    );
}

BOOST_AUTO_TEST_CASE(a_database_without_its_tables_is_refused_as_damaged) {
    support::temporary_directory directory;
    BOOST_REQUIRE_EQUAL(refusal_of(directory.path()), "");
    execute(directory.path(), "DROP TABLE messages");
    BOOST_TEST(
        refusal_of(directory.path()) == "the log " + (directory.path() / "clarion.db").string() +
                                            " is damaged: no such table: messages"
    );
}

BOOST_AUTO_TEST_CASE(the_files_say_what_they_are) {
    sqlite_store at;
    at.opened.reset();
    const std::filesystem::path directory = at.directory.path();
    BOOST_TEST(integer_of(directory, "PRAGMA application_id") == application_id);
    BOOST_TEST(
        integer_of(directory, "PRAGMA user_version") ==
        static_cast<std::int64_t>(schema_steps().size())
    );
    const std::string strict =
        "SELECT count(*) FROM pragma_table_list"
        " WHERE schema = 'main' AND name NOT LIKE 'sqlite%' AND NOT strict";
    BOOST_TEST(integer_of(directory, strict) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
