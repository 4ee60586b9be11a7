#include "app/parts.hpp"

#include "core/protocol/payload_text.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app::test {

namespace {

using support::faulty_vfs;

storage::append_request first_message() {
    storage::append_request request;
    request.key = {"ada", "t1"};
    request.epoch = "e_1";
    protocol::user_message asked;
    asked.message_id = "m1";
    asked.text = "hello";
    request.events.push_back(protocol::uncommitted(std::move(asked)));
    request.events.back().run_id = "r_1";
    request.message = storage::new_message{};
    request.message->message_id = "m1";
    request.message->run_id = "r_1";
    request.now_ms = unix_ms();
    return request;
}

task<> append_first(storage::event_log& log, storage::append_verdict& verdict) {
    verdict = co_await log.append(first_message());
}

storage::append_verdict append_to(storage::event_log& log) {
    shard here(0);
    storage::append_verdict verdict;
    asio::co_spawn(
        here.get_executor(),
        append_first(log, verdict),
        [&here](const std::exception_ptr&) { here.stop(); }
    );
    here.run();
    return verdict;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(a_failed_fsync_poisons_the_log_and_the_server_is_not_ready) {
    faulty_vfs disk;
    const support::temporary_directory directory;
    failure::ledger failures(failure::logger(), unix_ms);
    readiness ready;
    server_settings with;
    with.data = directory.path().string();
    storage::sqlite_options options = log_options(failures, ready);
    options.vfs = faulty_vfs::name;
    const auto log = open_log(with, options);
    disk.fail(faulty_vfs::file::log, faulty_vfs::operation::sync, SQLITE_IOERR_FSYNC);
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto verdict = append_to(*log);
        BOOST_TEST(std::holds_alternative<storage::unavailable>(verdict));
    }
    const std::vector<std::string> reasons{
        "storage: the log cannot be written until a restart: disk I/O error"
    };
    BOOST_TEST(ready.reasons() == reasons);
    support::expect_failure(
        failure::code::storage_poisoned,
        failures,
        {.how = failure::severity::critical,
         .of = failure::code_class::storage,
         .detail = "until a restart",
         .from = "app/parts.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(a_full_disk_makes_the_server_not_ready_until_there_is_room) {
    faulty_vfs disk;
    const support::temporary_directory directory;
    failure::ledger failures(failure::logger(), unix_ms);
    readiness ready;
    server_settings with;
    with.data = directory.path().string();
    storage::sqlite_options options = log_options(failures, ready);
    options.vfs = faulty_vfs::name;
    options.probe_interval = std::chrono::milliseconds(1);
    const auto log = open_log(with, options);
    disk.fail(faulty_vfs::file::log, faulty_vfs::operation::write, SQLITE_FULL);
    BOOST_TEST(std::holds_alternative<storage::unavailable>(append_to(*log)));
    const std::vector<std::string> reasons{
        "storage: the log cannot be written now: database or disk is full"
    };
    BOOST_TEST(ready.reasons() == reasons);
    support::expect_failure(
        failure::code::storage_unavailable,
        failures,
        {.how = failure::severity::error,
         .of = failure::code_class::storage,
         .detail = "database or disk is full",
         .from = "app/parts.cpp"}
    );
    disk.fail(faulty_vfs::file::log, faulty_vfs::operation::write, SQLITE_OK);
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ready.reasons().empty() && std::chrono::steady_clock::now() < latest)
        std::this_thread::yield();
    BOOST_TEST(ready.reasons().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
