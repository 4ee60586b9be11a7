#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/remover.hpp"
#include "core/storage/sqlite/schema.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
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

constexpr std::int64_t many = 3 * remover::rows_per_step + 1;

std::unique_ptr<connection> look_into(const std::filesystem::path& directory) {
    auto opened = connection::open(directory / "clarion.db", access::read_only, "");
    return std::get<std::unique_ptr<connection>>(std::move(opened));
}

std::int64_t rows_in(connection& database, const std::string& table) {
    return database.integer_of("SELECT count(*) FROM " + table);
}

void fill(asker& ask, const protocol::thread_key& key) {
    ask.commit(message_behind(0, "m_1", "r_1", key));
    ask.commit(texts_behind(1, std::vector<std::string>(many, "x"), key));
}

// Polls, as it happens on the writer's thread; false when it never does.
bool all_gone(connection& database) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
        std::int64_t rows = 0;
        for (const char* table : {"events", "messages", "runs", "threads"})
            rows += rows_in(database, table);
        if (rows == 0)
            return true;
        std::this_thread::yield();
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_removal)

BOOST_AUTO_TEST_CASE(the_rows_of_a_deleted_thread_go_in_the_end) {
    sqlite_store at;
    fill(at.ask, ada());
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(ada())));
    const auto database = look_into(at.directory.path());
    BOOST_TEST(all_gone(*database));
}

// Deleting is one small commit whatever the size; the steps leave room for others between them.
BOOST_AUTO_TEST_CASE(appends_go_on_while_the_rows_go) {
    sqlite_store at;
    fill(at.ask, ada());
    fill(at.ask, {"ada", "t2"});
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(ada())));
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread({"ada", "t2"})));
    const protocol::thread_key bob{"bob", "t1"};
    for (std::int64_t seq = 0; seq < 50; ++seq)
        BOOST_TEST(at.ask.commit(texts_behind(seq, {"x"}, bob)) == seq + 1);
    BOOST_TEST(at.ask.events_of(bob).size() == 50U);
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(bob)));
    const auto database = look_into(at.directory.path());
    BOOST_TEST(all_gone(*database));
}

BOOST_AUTO_TEST_CASE(what_a_stop_leaves_of_it_goes_after_the_next_start) {
    sqlite_store at;
    fill(at.ask, ada());
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(ada())));
    at.opened.reset();
    const auto database = look_into(at.directory.path());
    BOOST_TEST(rows_in(*database, "events") > 0);
    const auto again = sqlite_store::open(at.directory.path());
    asker ask(*again);
    BOOST_TEST(!ask.open(ada()));
    BOOST_TEST(all_gone(*database));
}

BOOST_AUTO_TEST_CASE(what_a_full_disk_stops_goes_on_when_it_takes_writes_again) {
    support::faulty_vfs disk;
    sqlite_options options;
    options.vfs = support::faulty_vfs::name;
    support::temporary_directory directory;
    const auto log = sqlite_store::open(directory.path(), options);
    asker ask(*log);
    fill(ask, ada());
    // The deletion's own commit succeeds; the disk is full when its rows are to go.
    disk.hold_syncs();
    delete_verdict verdict;
    const auto done = [&](delete_verdict is) {
        verdict = std::move(is);
        ask.stop();
    };
    log->start_delete_thread({ada()}, asio::bind_executor(ask.on(), done));
    disk.wait_for_held_sync();
    disk.fail(file::log, operation::write, SQLITE_FULL);
    disk.let_syncs_go();
    ask.run_until_stopped();
    BOOST_REQUIRE(std::holds_alternative<deleted>(verdict));
    const protocol::thread_key bob{"bob", "t1"};
    BOOST_TEST(std::holds_alternative<unavailable>(ask.append(texts_behind(0, {"x"}, bob))));
    const auto database = look_into(directory.path());
    BOOST_TEST(rows_in(*database, "events") == many + 1);

    disk.fail(file::log, operation::write, SQLITE_OK);
    ask.commit(texts_behind(0, {"x"}, bob));
    BOOST_REQUIRE(std::holds_alternative<deleted>(ask.delete_thread(bob)));
    BOOST_TEST(all_gone(*database));
}

// What schema 1 knew, brought to the present one.
BOOST_AUTO_TEST_CASE(threads_of_an_earlier_version_get_titles_and_are_listed) {
    support::temporary_directory directory;
    {
        auto opened = connection::open(directory.path() / "clarion.db", access::read_write, "");
        auto& database = *std::get<std::unique_ptr<connection>>(opened);
        BOOST_REQUIRE(!migrate(database, schema_steps().first(1)));
        database.execute(
            "INSERT INTO threads VALUES (1, 'ada', 't1', 'e_1', 1, 3, 2, 0, 5, 7200005);"
            "INSERT INTO threads VALUES (2, 'ada', 't2', 'e_2', 1, 1, 0, 0, 5, 3600005);"
            "INSERT INTO events VALUES (1, 1, 1, 'run_queued', 5, 'r_1', '{}');"
            "INSERT INTO events VALUES (2, 1, 2, 'user_message', 5, 'r_1',"
            " '{\"message_id\":\"m\",\"text\":\" how\\n long? \"}');"
            "INSERT INTO events VALUES (3, 1, 3, 'user_message', 5, 'r_1',"
            " '{\"message_id\":\"m2\",\"text\":\"second\"}');"
            "INSERT INTO events VALUES (4, 2, 1, 'text_delta', 5, 'r_1', '{}');"
            "INSERT INTO runs VALUES (1, 'r_1', 'm', 'demo', 'running', 2, 5);"
            "INSERT INTO runs VALUES (1, 'r_2', 'm2', 'demo', 'finished', 3, 5)"
        );
        BOOST_REQUIRE(!database.take_error());
    }
    const auto log = sqlite_store::open(directory.path());
    asker ask(*log);
    const thread_list list = ask.list_threads({.user_id = "ada"});
    BOOST_REQUIRE_EQUAL(list.threads.size(), 2U);
    BOOST_TEST(list.threads[0].title == "how long?");
    BOOST_TEST(list.threads[0].active_run->run_id == "r_1");
    BOOST_TEST(list.threads[1].thread_id == "t2");
    BOOST_TEST(list.threads[1].title.empty());
    BOOST_TEST(ask.list_user_runs("ada").size() == 1U);
    BOOST_TEST(ask.open(ada())->open_runs.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
