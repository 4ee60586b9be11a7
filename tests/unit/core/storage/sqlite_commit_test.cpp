#include "tests/support/faulty_vfs.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using support::faulty_vfs;
using file = faulty_vfs::file;
using operation = faulty_vfs::operation;

namespace {

/// A log on a disk that fails, waits and counts on command.
struct faulty_store {
    explicit faulty_store(sqlite_options with = {}) : options(std::move(with)) {
        options.vfs = faulty_vfs::name;
        reopen();
    }

    void reopen() {
        log.reset();
        log = sqlite_store::open(directory.path(), options);
        ask = std::make_unique<asker>(*log);
    }

    /// Hands it in without waiting; its verdict goes to `verdicts`.
    void start(append_request request) {
        auto done = [this](append_verdict verdict) {
            verdicts.push_back(std::move(verdict));
            if (verdicts.size() == awaited)
                ask->stop();
        };
        log->start_append(std::move(request), asio::bind_executor(ask->on(), done));
    }

    /// Until so many verdicts have come.
    void wait_for(std::size_t count) {
        awaited = count;
        if (verdicts.size() < count)
            ask->run_until_stopped();
    }

    std::uintmax_t wal_bytes() const {
        return std::filesystem::file_size(directory.path() / "clarion.db-wal");
    }

    faulty_vfs disk;
    support::temporary_directory directory;
    sqlite_options options;
    std::unique_ptr<sqlite_event_log> log;
    std::unique_ptr<asker> ask;
    std::vector<append_verdict> verdicts;
    std::size_t awaited = 0;
};

std::string reason_of(const append_verdict& verdict) {
    BOOST_REQUIRE(std::holds_alternative<unavailable>(verdict));
    return std::get<unavailable>(verdict).reason;
}

append_request first_of(std::size_t thread) {
    return texts_behind(0, {"first"}, {"ada", "t" + std::to_string(thread)});
}

constexpr const char* full = "the log cannot be written now: database or disk is full";
constexpr const char* broken = "the log cannot be written until a restart: disk I/O error";

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_commit)

BOOST_AUTO_TEST_CASE(a_verdict_waits_for_the_sync_of_its_commit) {
    faulty_store at;
    at.disk.hold_syncs();
    at.start(first_of(1));
    at.disk.wait_for_held_sync();
    // Not even a reader sees what is not durable.
    BOOST_TEST(!at.ask->open({"ada", "t1"}));
    BOOST_TEST(at.verdicts.empty());
    at.disk.let_syncs_go();
    at.wait_for(1);
    BOOST_TEST(std::holds_alternative<committed>(at.verdicts[0]));
}

BOOST_AUTO_TEST_CASE(what_queues_during_a_sync_shares_the_next_one) {
    faulty_store at;
    at.ask->commit(first_of(0));
    const std::int64_t before = at.disk.log_syncs();
    const std::int64_t commits_before = at.log->figures().commits;
    at.disk.hold_syncs();
    at.start(first_of(1));
    at.disk.wait_for_held_sync();
    for (std::size_t i = 2; i <= 101; ++i)
        at.start(first_of(i));
    at.disk.let_syncs_go();
    at.wait_for(101);
    for (const append_verdict& verdict : at.verdicts)
        BOOST_TEST(std::holds_alternative<committed>(verdict));
    BOOST_TEST(at.disk.log_syncs() - before == 2);
    const sqlite_figures figures = at.log->figures();
    BOOST_TEST(figures.commits - commits_before == 2);
    BOOST_TEST(figures.last_batch_appends == 100);
    BOOST_TEST(figures.batch_appends.count() == 3U);  // 1, 1 and 100 appends
    BOOST_TEST(figures.batch_appends.sum() == 102);
    BOOST_TEST(figures.commit_us.count() == 3U);
    BOOST_TEST(figures.commit_us.sum() > 0);
    BOOST_TEST(figures.appends_committed == 102);
    BOOST_TEST(figures.events_committed == 102);
}

BOOST_AUTO_TEST_CASE(every_commit_is_synced) {
    faulty_store at;
    at.ask->commit(texts_behind(0, {"a"}));
    const std::int64_t before = at.disk.log_syncs();
    for (std::int64_t seq = 1; seq <= 10; ++seq)
        at.ask->commit(texts_behind(seq, {"a"}));
    BOOST_TEST(at.disk.log_syncs() - before == 10);
}

BOOST_AUTO_TEST_CASE(a_batch_of_refusals_costs_no_sync) {
    faulty_store at;
    at.ask->commit(message_behind(0, "m_1", "r_1"));
    const std::int64_t before = at.disk.log_syncs();
    at.ask->append(message_behind(1, "m_1", "r_2"));
    at.ask->append(texts_behind(9, {"a"}));
    BOOST_TEST(at.disk.log_syncs() == before);
    BOOST_TEST(at.log->figures().appends_refused == 2);
    BOOST_TEST(at.log->figures().commit_us.count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_transaction_takes_no_more_than_its_bound) {
    sqlite_options options;
    options.batch_appends_max = 10;
    faulty_store at(options);
    at.disk.hold_syncs();
    at.start(texts_behind(0, {"0"}));
    at.disk.wait_for_held_sync();
    for (std::int64_t seq = 1; seq <= 95; ++seq)
        at.start(texts_behind(seq, {std::to_string(seq)}));
    at.disk.let_syncs_go();
    at.wait_for(96);
    BOOST_TEST(at.log->figures().commits == 11);
    BOOST_TEST(at.log->figures().last_batch_appends == 5);
    BOOST_TEST(at.ask->open(ada())->last_seq == 96);
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_its_batch_and_no_more) {
    faulty_store at;
    at.ask->commit(message_behind(0, "m_1", "r_1"));
    at.disk.hold_syncs();
    at.start(first_of(0));
    at.disk.wait_for_held_sync();
    at.disk.fail(file::log, operation::write, SQLITE_FULL);
    at.start(texts_behind(1, {"b"}));
    at.start(message_behind(2, "m_1", "r_2"));  // a duplicate, if it could be asked
    at.start(first_of(2));
    at.disk.let_syncs_go();
    at.wait_for(4);
    BOOST_TEST(std::holds_alternative<committed>(at.verdicts[0]));
    for (std::size_t i = 1; i < 4; ++i)
        BOOST_TEST(reason_of(at.verdicts[i]) == full);
    BOOST_TEST(reason_of(at.ask->append(texts_behind(1, {"b"}))) == full);
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);
    BOOST_TEST(!at.ask->open({"ada", "t2"}));

    at.disk.fail(file::log, operation::write, SQLITE_OK);
    BOOST_TEST(at.ask->commit(texts_behind(1, {"b"})) == 2);
    BOOST_TEST(at.log->figures().broken_because == "");
    BOOST_TEST(at.log->figures().appends_unavailable == 4);
    at.reopen();
    BOOST_TEST(at.ask->events_of(ada()).size() == 2U);
    BOOST_TEST(!at.ask->open({"ada", "t2"}));
}

BOOST_AUTO_TEST_CASE(a_failed_write_or_sync_breaks_the_log_until_a_restart) {
    for (const auto& [what, result] :
         {std::pair{operation::write, SQLITE_IOERR_WRITE},
          std::pair{operation::sync, SQLITE_IOERR_FSYNC}}) {
        faulty_store at;
        at.ask->commit(texts_behind(0, {"a"}));
        at.disk.fail(file::log, what, result);
        BOOST_TEST(reason_of(at.ask->append(texts_behind(1, {"b"}))) == broken);
        at.disk.fail(file::log, what, SQLITE_OK);
        const std::int64_t syncs = at.disk.log_syncs();
        // Healed, but nobody can know what is on the disk.
        BOOST_TEST(reason_of(at.ask->append(texts_behind(1, {"b"}))) == broken);
        BOOST_TEST(reason_of(at.ask->append(texts_behind(0, {"c"}, {"bob", "t1"}))) == broken);
        BOOST_TEST(at.disk.log_syncs() == syncs);
        BOOST_TEST(at.log->figures().broken_because == broken);
        BOOST_TEST(at.ask->events_of(ada()).size() == 1U);  // reads go on

        at.reopen();
        const std::int64_t head = at.ask->open(ada())->last_seq;
        BOOST_TEST((head == 1 || head == 2));  // with a failed sync it may have been committed
        BOOST_TEST(at.ask->commit(texts_behind(head, {"b"})) == head + 1);
    }
}

BOOST_AUTO_TEST_CASE(what_queued_behind_a_failed_sync_is_not_committed) {
    faulty_store at;
    at.ask->commit(texts_behind(0, {"a"}));
    at.disk.hold_syncs();
    at.start(texts_behind(1, {"b"}));
    at.disk.wait_for_held_sync();
    at.start(first_of(2));
    at.disk.fail(file::log, operation::sync, SQLITE_IOERR_FSYNC);
    at.disk.let_syncs_go();
    at.wait_for(2);
    BOOST_TEST(reason_of(at.verdicts[0]) == broken);
    BOOST_TEST(reason_of(at.verdicts[1]) == broken);
    BOOST_TEST(!at.ask->open({"ada", "t2"}));
}

BOOST_AUTO_TEST_CASE(a_failed_sync_of_a_checkpoint_breaks_the_log) {
    sqlite_options options;
    options.checkpoint_pages = 1;
    faulty_store at(options);
    at.disk.fail(file::database, operation::sync, SQLITE_IOERR_FSYNC);
    at.ask->commit(texts_behind(0, {"a"}));  // this one is in the log
    BOOST_TEST(reason_of(at.ask->append(texts_behind(1, {"b"}))) == broken);
    at.disk.fail(file::database, operation::sync, SQLITE_OK);
    at.reopen();
    BOOST_TEST(at.ask->commit(texts_behind(1, {"b"})) == 2);
}

BOOST_AUTO_TEST_CASE(checkpoints_keep_the_write_ahead_log_short) {
    sqlite_options options;
    options.checkpoint_pages = 20;
    faulty_store at(options);
    for (std::int64_t seq = 0; seq < 100; ++seq)
        at.ask->commit(texts_behind(seq, {std::string(1000, 'x')}));
    BOOST_TEST(at.log->figures().checkpoints >= 5);
    BOOST_TEST(at.disk.database_syncs() >= 5);
    BOOST_TEST(at.wal_bytes() < 40U * 4200);
    BOOST_TEST(at.ask->events_of(ada()).size() == 100U);
}

BOOST_AUTO_TEST_CASE(an_idle_log_is_checkpointed) {
    sqlite_options options;
    options.checkpoint_idle = std::chrono::milliseconds(1);
    faulty_store at(options);
    at.ask->commit(texts_behind(0, {"a"}));
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (at.log->figures().checkpoints == 0 && std::chrono::steady_clock::now() < latest)
        std::this_thread::yield();
    BOOST_TEST(at.log->figures().checkpoints == 1);
}

BOOST_AUTO_TEST_CASE(an_unreadable_disk_costs_the_question_only) {
    faulty_store at;
    at.ask->commit(texts_behind(0, {"a"}));
    at.disk.fail(file::log, operation::read, SQLITE_IOERR_READ);
    const page_result failed = at.ask->ended(at.log->read(page_behind(0, 1)));
    BOOST_REQUIRE(std::holds_alternative<unavailable>(failed));
    BOOST_TEST(std::get<unavailable>(failed).reason == "the log cannot be read: disk I/O error");
    at.disk.fail(file::log, operation::read, SQLITE_OK);
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);
    BOOST_TEST(at.ask->commit(texts_behind(1, {"b"})) == 2);
}

BOOST_AUTO_TEST_CASE(a_full_queue_answers_at_once) {
    sqlite_options options;
    options.queue_appends_max = 2;
    faulty_store at(options);
    at.disk.hold_syncs();
    at.start(first_of(1));
    at.disk.wait_for_held_sync();
    at.start(first_of(2));
    at.start(first_of(3));
    at.wait_for(1);
    BOOST_TEST(reason_of(at.verdicts[0]) == "too much waits to be written to the log");
    at.disk.let_syncs_go();
    at.wait_for(3);
    BOOST_TEST(std::holds_alternative<committed>(at.verdicts[2]));
    BOOST_TEST(at.ask->commit(first_of(3)) == 1);
}

BOOST_AUTO_TEST_CASE(a_queue_is_full_by_its_bytes_too) {
    sqlite_options options;
    options.queue_bytes_max = 10'000;
    faulty_store at(options);
    append_request large = first_of(1);
    large.events[0].payload_json.assign(10'000, 'x');
    BOOST_TEST(
        reason_of(at.ask->append(std::move(large))) == "too much waits to be written to the log"
    );
    for (std::int64_t seq = 0; seq < 20; ++seq)  // room is given back
        at.ask->commit(texts_behind(seq, {std::string(2000, 'x')}));
}

BOOST_AUTO_TEST_CASE(too_many_questions_are_answered_at_once) {
    sqlite_options options;
    options.queue_reads_max = 0;
    faulty_store at(options);
    const thread_result asked = at.ask->ended(at.log->open(ada()));
    BOOST_REQUIRE(std::holds_alternative<unavailable>(asked));
    BOOST_TEST(std::get<unavailable>(asked).reason == "too many questions wait for the log");
}

BOOST_AUTO_TEST_CASE(closing_commits_and_answers_what_is_queued) {
    faulty_store at;
    for (std::size_t i = 0; i < 50; ++i)
        at.start(first_of(i));
    at.log.reset();
    at.wait_for(50);
    for (const append_verdict& verdict : at.verdicts)
        BOOST_TEST(std::holds_alternative<committed>(verdict));
    at.reopen();
    BOOST_TEST(at.ask->open({"ada", "t49"})->last_seq == 1);
}

BOOST_AUTO_TEST_SUITE_END()
