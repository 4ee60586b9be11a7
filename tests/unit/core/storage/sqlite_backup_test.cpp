#include "core/audit/log_audit.hpp"
#include "core/storage/sqlite/backup.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/log_walk.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using namespace clarion::storage::sqlite;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.insert(entry.path().filename());
    return names;
}

std::int64_t rows_in(const fs::path& database, const std::string& table) {
    auto opened = connection::open(database, access::read_only, "");
    auto& at = *std::get<std::unique_ptr<connection>>(opened);
    return at.integer_of("SELECT count(*) FROM " + table);
}

std::string failure_of(const std::variant<restored, std::string>& verdict) {
    const auto* failure = std::get_if<std::string>(&verdict);
    return failure == nullptr ? "" : *failure;
}

struct with_scratch {
    sqlite_store at;
    support::temporary_directory scratch;
    fs::path file = scratch.path() / "backup.db";
    fs::path directory = scratch.path() / "restored";

    backup_verdict back_up_to(const fs::path& to, const std::stop_token& stop = {}) {
        return back_up(at.log.database(), to, stop);
    }
    void back_up_now() { BOOST_REQUIRE(std::holds_alternative<backed_up>(back_up_to(file))); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_backup, with_scratch)

BOOST_AUTO_TEST_CASE(a_backup_is_one_whole_file_for_its_owner_alone) {
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(texts_behind(1, std::vector<std::string>(5000, "x")));
    const backup_verdict verdict = back_up_to(file);
    BOOST_REQUIRE(std::holds_alternative<backed_up>(verdict));
    BOOST_TEST(std::get<backed_up>(verdict).bytes == static_cast<std::int64_t>(file_size(file)));
    BOOST_TEST(names_in(scratch.path()) == (std::set<std::string>{"backup.db"}));
    BOOST_TEST((fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write))
    );
    BOOST_TEST(rows_in(file, "events") == 5001);
    BOOST_TEST(names_in(scratch.path()) == (std::set<std::string>{"backup.db"}));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_and_no_path_is_guessed) {
    std::ofstream(file) << "mine";
    BOOST_TEST(std::holds_alternative<name_taken>(back_up_to(file)));
    fs::create_symlink("nowhere", scratch.path() / "link");
    BOOST_TEST(std::holds_alternative<name_taken>(back_up_to(scratch.path() / "link")));
    BOOST_TEST(std::holds_alternative<relative_path>(back_up_to("backup.db")));
    BOOST_TEST(fs::file_size(file) == 4U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_told_and_leaves_nothing) {
    const auto verdict = back_up_to(scratch.path() / "no" / "such" / "backup.db");
    BOOST_REQUIRE(std::holds_alternative<backup_failure>(verdict));
    BOOST_TEST(std::get<backup_failure>(verdict).why.starts_with("cannot create "));
    std::stop_source stopped;
    stopped.request_stop();
    const auto ended = back_up_to(file, stopped.get_token());
    BOOST_REQUIRE(std::holds_alternative<backup_failure>(ended));
    BOOST_TEST(std::get<backup_failure>(ended).why == "stopped before its end");
    BOOST_TEST(names_in(scratch.path()).empty());
}

BOOST_AUTO_TEST_CASE(what_an_earlier_one_left_in_the_middle_is_no_hindrance) {
    std::ofstream(fs::path(file).concat(".partial")) << "half of it";
    back_up_now();
    BOOST_TEST(names_in(scratch.path()) == (std::set<std::string>{"backup.db"}));
}

// Begun anew with each commit of another connection it would end only with the last of them.
BOOST_AUTO_TEST_CASE(a_backup_ends_while_another_connection_commits) {
    at.ask.commit(texts_behind(0, std::vector<std::string>(20'000, std::string(500, 'x'))));
    const fs::path database = at.log.database();
    at.opened.reset();
    auto opened = connection::open(database, access::read_write, "");
    auto& other = *std::get<std::unique_ptr<connection>>(opened);
    other.execute("PRAGMA synchronous=OFF");
    constexpr int commits_max = 20'000;
    int commits = 0;
    backup_verdict verdict;
    std::jthread beside([&] { verdict = back_up(database, file, {}); });
    for (; !fs::exists(file) && commits < commits_max; ++commits)
        other.execute("UPDATE threads SET updated_ms = updated_ms + 1");
    beside.join();
    BOOST_TEST(commits < commits_max);
    BOOST_REQUIRE(std::holds_alternative<backed_up>(verdict));
    BOOST_TEST(rows_in(file, "events") == 20'000);
}

BOOST_AUTO_TEST_CASE(a_backup_beside_the_writer_holds_one_moment) {
    at.ask.commit(texts_behind(0, std::vector<std::string>(1001, "x")));
    const fs::path database = at.log.database();
    backup_verdict verdict;
    std::jthread beside([&] { verdict = back_up(database, file, {}); });
    for (std::int64_t seq = 1001; !fs::exists(file) && seq < 10'000; seq += 2)
        at.ask.commit(texts_behind(seq, {"y", "z"}));
    beside.join();
    BOOST_REQUIRE(std::holds_alternative<backed_up>(verdict));
    auto opened = connection::open(file, access::read_only, "");
    auto& copy = *std::get<std::unique_ptr<connection>>(opened);
    const std::int64_t rows = copy.integer_of("SELECT count(*) FROM events");
    BOOST_TEST(copy.integer_of("SELECT last_seq FROM threads") == rows);
    BOOST_TEST(rows % 2 == 1);
}

BOOST_AUTO_TEST_CASE(a_restored_log_has_everything_but_its_epochs) {
    append_request first = message_behind(0, "m_1", "r_1");
    at.ask.commit(first);
    at.ask.commit(texts_behind(0, {"a"}, {"bob", "t1"}));
    back_up_now();
    const auto verdict = restore(file, directory);
    BOOST_REQUIRE_EQUAL(failure_of(verdict), "");
    BOOST_TEST(std::get<restored>(verdict).threads == 2);
    BOOST_TEST(std::get<restored>(verdict).events == 2);
    const auto log = sqlite_store::open(directory);
    asker ask(*log);
    const auto row = ask.open(ada());
    BOOST_REQUIRE(row);
    BOOST_TEST(row->epoch != "e_1");
    BOOST_TEST(row->epoch.starts_with("e_"));
    BOOST_TEST(row->epoch != ask.open({"bob", "t1"})->epoch);
    BOOST_TEST(row->last_seq == 1);
    BOOST_TEST(row->open_runs.size() == 1U);
    BOOST_TEST(ask.find(ada(), {"m_1", {}}).has_value());
    // The backup itself is as it was.
    BOOST_TEST(failure_of(restore(file, scratch.path() / "again")) == "");
}

BOOST_AUTO_TEST_CASE(only_a_directory_that_is_empty_and_free_is_restored_into) {
    back_up_now();
    const fs::path used = at.directory.path();
    BOOST_TEST(
        failure_of(restore(file, used)).find("in use by another process") != std::string::npos
    );
    fs::create_directory(directory);
    std::ofstream(directory / "letter") << "dear";
    BOOST_TEST(failure_of(restore(file, directory)).find("is not empty") != std::string::npos);
    BOOST_TEST(names_in(directory) == (std::set<std::string>{"letter"}));
    fs::remove(directory / "letter");
    std::ofstream(directory / "clarion.lock") << "1\n";
    BOOST_TEST(failure_of(restore(file, directory)) == "");
    BOOST_TEST(failure_of(restore(file, directory)).find("is not empty") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_backup_of_this_version_is_refused_before_anything_is_made) {
    BOOST_TEST(failure_of(restore(file, directory)).ends_with("is not there"));
    std::ofstream(file) << std::string(5000, 'x');
    BOOST_TEST(failure_of(restore(file, directory)).find("cannot be read: ") != std::string::npos);
    fs::remove(file);
    const auto change = [this](const std::string& sql) {
        auto opened = connection::open(file, access::read_write, "");
        std::get<std::unique_ptr<connection>>(opened)->execute(sql);
    };
    change("CREATE TABLE t(x)");
    BOOST_TEST(failure_of(restore(file, directory)).ends_with("is not a database of Clarion"));
    fs::remove(file);
    back_up_now();
    change("PRAGMA user_version = 99");
    BOOST_TEST(failure_of(restore(file, directory)).ends_with("a newer version of Clarion"));
    BOOST_TEST(!fs::exists(directory));
}

BOOST_AUTO_TEST_CASE(a_live_log_is_audited_beside_its_writer) {
    at.ask.commit(texts_behind(0, {"a"}));
    auto opened = log_walk::open_live(at.log.database());
    BOOST_REQUIRE(std::holds_alternative<std::unique_ptr<log_walk>>(opened));
    auto& walk = *std::get<std::unique_ptr<log_walk>>(opened);
    std::vector<std::string> found;
    const auto note = [&found](const audit::violation& each) {
        found.push_back(told(each));
    };
    const audit::audit_sums sums = audit::audit_log(walk, note);
    BOOST_TEST(!sums.failure);
    BOOST_TEST(sums.threads == 1);
    BOOST_TEST(sums.events == 1);
    BOOST_TEST(sums.violations == 1);  // a delta that belongs to no run
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].starts_with("user ada, thread t1, seq 1: "));
    // It goes on beside it, and a second walk sees what came meanwhile.
    at.ask.commit(texts_behind(1, {"b"}));
    BOOST_TEST(audit::audit_log(walk, note).events == 2);
}

BOOST_AUTO_TEST_CASE(an_audit_that_is_stopped_says_so) {
    at.ask.commit(texts_behind(0, {"a"}));
    auto opened = log_walk::open_live(at.log.database());
    auto& walk = *std::get<std::unique_ptr<log_walk>>(opened);
    std::stop_source stopped;
    stopped.request_stop();
    const auto nobody = [](const audit::violation&) {
    };
    const audit::audit_sums sums = audit::audit_log(walk, nobody, stopped.get_token());
    BOOST_TEST(sums.failure.value_or("") == "the audit was stopped before its end");
}

BOOST_AUTO_TEST_CASE(a_thread_that_was_deleted_is_none_to_audit_while_its_rows_go) {
    at.ask.commit(texts_behind(0, std::vector<std::string>(2000, "x")));
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(ada())));
    auto opened = log_walk::open_live(at.log.database());
    auto& walk = *std::get<std::unique_ptr<log_walk>>(opened);
    const auto nobody = [](const audit::violation&) {
    };
    BOOST_TEST(audit::audit_log(walk, nobody).threads == 0);
}

BOOST_AUTO_TEST_SUITE_END()
