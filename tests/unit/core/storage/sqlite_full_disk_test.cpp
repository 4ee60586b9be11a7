// A full disk, and how the log finds out by itself that it is not full any more.
#include "tests/support/faulty_vfs.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using support::faulty_vfs;
using file = faulty_vfs::file;
using operation = faulty_vfs::operation;

namespace {

/// What the log has told, in order; waits for more within a bound.
class told {
public:
    void add(std::string what) {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(what));
        changed_.notify_all();
    }
    std::vector<std::string> first(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() >= count; });
        return all_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> all_;
};

struct small_disk {
    explicit small_disk(sqlite_options options = {}) {
        options.vfs = faulty_vfs::name;
        options.probe_interval = std::chrono::milliseconds(1);
        options.on_full = [this](const std::string& why) {
            said.add(why);
        };
        options.on_room = [this] {
            said.add("room");
        };
        options.on_broken = [this](const std::string& why) {
            said.add(why);
        };
        log = sqlite_store::open(directory.path(), options);
        ask = std::make_unique<asker>(*log);
    }

    told said;
    faulty_vfs disk;
    support::temporary_directory directory;
    std::unique_ptr<sqlite_event_log> log;
    std::unique_ptr<asker> ask;
};

constexpr const char* full = "the log cannot be written now: database or disk is full";

bool is_refused(const append_verdict& verdict) {
    return std::holds_alternative<unavailable>(verdict);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_full_disk)

BOOST_AUTO_TEST_CASE(it_is_told_once_and_its_end_is_found_without_being_asked) {
    small_disk at;
    at.ask->commit(texts_behind(0, {"a"}));
    at.disk.fail(file::log, operation::write, SQLITE_FULL);
    BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    BOOST_TEST(at.log->figures().full_because == full);
    BOOST_TEST(at.said.first(1) == std::vector<std::string>{full});
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);  // what is committed is served
    at.disk.fail(file::log, operation::write, SQLITE_OK);
    const std::vector<std::string> both{full, "room"};
    BOOST_TEST(at.said.first(2) == both);
    BOOST_TEST(at.log->figures().full_because == "");
    BOOST_TEST(at.ask->commit(texts_behind(1, {"b"})) == 2);
    BOOST_TEST(at.said.first(2) == both);
}

BOOST_AUTO_TEST_CASE(an_append_that_succeeds_ends_it_too) {
    small_disk at;
    at.disk.fail(file::log, operation::write, SQLITE_FULL);
    BOOST_TEST(is_refused(at.ask->append(texts_behind(0, {"a"}))));
    at.disk.fail(file::log, operation::write, SQLITE_OK);
    at.ask->commit(texts_behind(0, {"a"}));
    const std::vector<std::string> both{full, "room"};
    BOOST_TEST(at.said.first(2) == both);
}

// A write-ahead log that grew on would take the room that its copy needs, and never give it back.
BOOST_AUTO_TEST_CASE(without_room_for_a_checkpoint_nothing_is_written_until_it_succeeds) {
    sqlite_options options;
    options.checkpoint_pages = 1;
    small_disk at(options);
    at.disk.fail(file::database, operation::write, SQLITE_FULL);
    at.ask->commit(texts_behind(0, {"a"}));
    BOOST_TEST(at.said.first(1) == std::vector<std::string>{full});
    for (int time = 0; time < 3; ++time)
        BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    BOOST_TEST(at.log->figures().full_because == full);
    BOOST_TEST(at.log->figures().checkpoints == 0);
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);
    at.disk.fail(file::database, operation::write, SQLITE_OK);
    const std::vector<std::string> both{full, "room"};
    BOOST_TEST(at.said.first(2) == both);
    BOOST_TEST(at.log->figures().checkpoints > 0);
    BOOST_TEST(at.ask->commit(texts_behind(1, {"b"})) == 2);
}

BOOST_AUTO_TEST_CASE(a_probe_that_fails_otherwise_breaks_the_log) {
    small_disk at;
    at.ask->commit(texts_behind(0, {"a"}));
    at.disk.fail(file::log, operation::write, SQLITE_FULL);
    BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    at.disk.fail(file::log, operation::write, SQLITE_IOERR_WRITE);
    const std::vector<std::string> both{
        full,
        "the log cannot be written until a restart: disk I/O error"
    };
    BOOST_TEST(at.said.first(2) == both);
    at.disk.fail(file::log, operation::write, SQLITE_OK);
    BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    BOOST_TEST(at.said.first(2) == both);
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_probe_changes_nothing) {
    small_disk at;
    at.ask->commit(texts_behind(0, {"a"}));
    at.disk.fail(file::log, operation::write, SQLITE_FULL);
    BOOST_TEST(is_refused(at.ask->append(texts_behind(1, {"b"}))));
    const std::int64_t appends = at.log->figures().appends_committed;
    at.disk.fail(file::log, operation::write, SQLITE_OK);
    BOOST_TEST(at.said.first(2).size() == 2U);
    BOOST_TEST(at.log->figures().appends_committed == appends);
    at.log.reset();
    sqlite_options plain;
    at.log = sqlite_store::open(at.directory.path(), plain);
    at.ask = std::make_unique<asker>(*at.log);
    BOOST_TEST(at.ask->events_of(ada()).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
