#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/schema.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using namespace clarion::storage::sqlite;
using file = support::faulty_vfs::file;
using operation = support::faulty_vfs::operation;

namespace {

constexpr retention everything{.now_ms = 2'000'000'000'000, .before_ms = 2'000'000'000'000};

std::unique_ptr<connection> look_into(const std::filesystem::path& directory) {
    auto opened = connection::open(directory / "clarion.db", access::read_only, "");
    return std::get<std::unique_ptr<connection>>(std::move(opened));
}

std::int64_t events_in(const std::filesystem::path& directory) {
    return look_into(directory)->integer_of("SELECT count(*) FROM events");
}

trim_verdict step(asker& ask, event_log& log) {
    return ask.ended(log.trim(everything));
}

void sweep(asker& ask, event_log& log) {
    while (std::get<trimmed>(step(ask, log)).more)
        ;
}

void fill(asker& ask, const protocol::thread_key& key) {
    ask.commit(texts_behind(0, std::vector<std::string>(2001, "x"), key));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_retention)

BOOST_AUTO_TEST_CASE(the_rows_go_and_appends_go_on_meanwhile) {
    sqlite_store at;
    fill(at.ask, ada());
    fill(at.ask, {"ada", "t2"});
    std::int64_t appended = 0;
    while (std::get<trimmed>(step(at.ask, at.log)).more)
        appended = at.ask.commit(texts_behind(appended, {"x"}, {"bob", "t1"}));
    BOOST_TEST(appended >= 8);
    sweep(at.ask, at.log);
    BOOST_TEST(events_in(at.directory.path()) == 0);
    const auto database = look_into(at.directory.path());
    BOOST_TEST(database->integer_of("SELECT sum(event_bytes) FROM threads") == 0);
}

// The thread begins behind its prefix from one commit on; what a stop leaves of the rows nobody
// sees, and the next sweep takes it.
BOOST_AUTO_TEST_CASE(what_a_stop_leaves_of_the_rows_goes_in_the_next_sweep) {
    sqlite_store at;
    fill(at.ask, ada());
    while (std::get<trimmed>(step(at.ask, at.log)).threads.empty())
        ;
    const std::int64_t first_seq = at.ask.open(ada())->first_seq;
    BOOST_TEST(first_seq > 1);
    at.opened.reset();
    BOOST_TEST(events_in(at.directory.path()) > 2001 - first_seq + 1);
    const auto again = sqlite_store::open(at.directory.path());
    asker ask(*again);
    BOOST_TEST(ask.open(ada())->first_seq == first_seq);
    BOOST_TEST(ask.events_of(ada()).front().seq == first_seq);
    sweep(ask, *again);
    BOOST_TEST(events_in(at.directory.path()) == 0);
}

BOOST_AUTO_TEST_CASE(a_step_that_a_full_disk_stops_is_undone_and_tried_again) {
    support::faulty_vfs disk;
    sqlite_options options;
    options.vfs = support::faulty_vfs::name;
    support::temporary_directory directory;
    const auto log = sqlite_store::open(directory.path(), options);
    asker ask(*log);
    fill(ask, ada());
    disk.fail(file::log, operation::write, SQLITE_FULL);
    trim_verdict verdict = trimmed{};
    while (std::holds_alternative<trimmed>(verdict))
        verdict = step(ask, *log);
    BOOST_TEST(std::get<unavailable>(verdict).reason.find("cannot be written now") == 8U);
    BOOST_TEST(ask.open(ada())->first_seq == 1);
    BOOST_TEST(ask.events_of(ada()).size() == 2001U);
    disk.fail(file::log, operation::write, SQLITE_OK);
    sweep(ask, *log);
    BOOST_TEST(ask.open(ada())->first_seq == 2002);
}

BOOST_AUTO_TEST_CASE(a_broken_log_says_so) {
    support::faulty_vfs disk;
    sqlite_options options;
    options.vfs = support::faulty_vfs::name;
    support::temporary_directory directory;
    const auto log = sqlite_store::open(directory.path(), options);
    asker ask(*log);
    fill(ask, ada());
    disk.fail(file::log, operation::sync, SQLITE_IOERR_FSYNC);
    (void)ask.append(texts_behind(2001, {"x"}));
    const trim_verdict verdict = step(ask, *log);
    BOOST_REQUIRE(std::holds_alternative<unavailable>(verdict));
    BOOST_TEST(std::get<unavailable>(verdict).reason.find("until a restart") != std::string::npos);
}

// What schema 3 knew, brought to the present one.
BOOST_AUTO_TEST_CASE(threads_of_an_earlier_version_are_weighed) {
    support::temporary_directory directory;
    {
        auto opened = connection::open(directory.path() / "clarion.db", access::read_write, "");
        auto& database = *std::get<std::unique_ptr<connection>>(opened);
        BOOST_REQUIRE(!migrate(database, schema_steps().first(3)));
        database.execute(
            "INSERT INTO threads VALUES (1, 'ada', 't1', 'e_1', 1, 2, 0, 0, 5, 5, '', 0);"
            "INSERT INTO threads VALUES (2, 'ada', 't2', 'e_2', 1, 0, 0, 0, 5, 5, '', 0);"
            "INSERT INTO events VALUES (1, 1, 1, 'text_delta', 5, 'r_1', '{\"a\":1}');"
            "INSERT INTO events VALUES (2, 1, 2, 'text_delta', 5, 'r_1', '{\"a\":\"ä\"}')"
        );
        BOOST_REQUIRE(!database.take_error());
    }
    const auto log = sqlite_store::open(directory.path());
    const auto database = look_into(directory.path());
    const std::string of = "SELECT event_bytes FROM threads WHERE thread_rowid = ";
    BOOST_TEST(database->integer_of(of + "1") == 7 + 10 + 2 * 96);
    BOOST_TEST(database->integer_of(of + "2") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
