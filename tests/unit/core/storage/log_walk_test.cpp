#include "core/storage/sqlite/log_walk.hpp"

#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace clarion::storage::test {

namespace {

using sqlite::log_walk;

struct file_state {
    std::string bytes;
    std::filesystem::file_time_type changed;

    friend bool operator==(const file_state&, const file_state&) = default;
};

// What lies in a directory, by name.
std::map<std::string, file_state> snapshot(const std::filesystem::path& directory) {
    std::map<std::string, file_state> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        std::ifstream file(entry.path(), std::ios::binary);
        found[entry.path().filename().string()] = {
            std::string(std::istreambuf_iterator<char>(file), {}),
            entry.last_write_time(),
        };
    }
    return found;
}

/// A directory as a process left it.
struct left_behind {
    enum class by : std::uint8_t { stop, crash, copy_of_the_file_alone };

    explicit left_behind(by how) {
        sqlite_store at;
        append_request first = message_behind(0, "m1", "r_1");
        first.title = "hello";
        at.ask.commit(std::move(first));
        at.ask.commit(texts_behind(1, {"a", "b", "c"}));
        at.ask.revoke("eve", 7);
        if (how != by::crash)
            at.opened.reset();
        // The bytes that a crash would leave: nothing is checkpointed yet.
        for (const char* name : {"clarion.db", "clarion.db-wal", "clarion.lock"})
            if (how != by::copy_of_the_file_alone || name == std::string("clarion.db"))
                std::filesystem::copy(at.directory.path() / name, directory.path() / name);
    }

    support::temporary_directory directory;
};

std::unique_ptr<log_walk> opened(const std::filesystem::path& directory) {
    auto found = log_walk::open(directory);
    if (const auto* failure = std::get_if<std::string>(&found))
        BOOST_FAIL(*failure);
    return std::get<std::unique_ptr<log_walk>>(std::move(found));
}

std::string refusal_of(const std::filesystem::path& directory) {
    const auto found = log_walk::open(directory);
    const auto* failure = std::get_if<std::string>(&found);
    return failure == nullptr ? std::string() : *failure;
}

std::size_t events_in(log_walk& log) {
    const auto thread = log.find_thread(ada());
    BOOST_REQUIRE(thread.has_value());
    const std::size_t count = log.events(thread->row, 0).size();
    BOOST_TEST(log.failure().value_or("") == "");
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_walk_at_rest)

BOOST_AUTO_TEST_CASE(a_log_is_read_whole_and_nothing_in_its_directory_changes) {
    using enum left_behind::by;
    for (const auto how : {stop, crash}) {
        const left_behind log(how);
        const auto before = snapshot(log.directory.path());
        {
            const auto walk = opened(log.directory.path());
            BOOST_TEST(events_in(*walk) == 4U);
            BOOST_TEST(walk->faults().empty());
            BOOST_TEST(walk->revocations().at(0).user_id == "eve");
            BOOST_TEST(walk->find_thread(ada())->title == "hello");
        }
        BOOST_TEST((snapshot(log.directory.path()) == before), "left by " << int(how));
    }
}

BOOST_AUTO_TEST_CASE(a_copy_without_its_lock_file_gets_that_and_nothing_else) {
    const left_behind log(left_behind::by::copy_of_the_file_alone);
    auto expected = snapshot(log.directory.path());
    BOOST_TEST(events_in(*opened(log.directory.path())) == 4U);
    auto after = snapshot(log.directory.path());
    BOOST_TEST(after.erase("clarion.lock") == 1U);
    BOOST_TEST((after == expected));
}

BOOST_AUTO_TEST_CASE(a_directory_is_named_in_any_spelling) {
    const left_behind log(left_behind::by::copy_of_the_file_alone);
    const auto odd = log.directory.path() / "a b%20?c#d";
    std::filesystem::create_directory(odd);
    std::filesystem::copy(log.directory.path() / "clarion.db", odd / "clarion.db");
    BOOST_TEST(events_in(*opened(odd)) == 4U);
}

BOOST_AUTO_TEST_CASE(several_may_read_at_once_and_no_server_starts_meanwhile) {
    const left_behind log(left_behind::by::crash);
    const auto first = opened(log.directory.path());
    const auto second = opened(log.directory.path());
    BOOST_TEST(events_in(*first) == 4U);
    BOOST_TEST(events_in(*second) == 4U);
    const auto server = sqlite_event_log::open(log.directory.path(), {});
    const auto* refused = std::get_if<open_failure>(&server);
    BOOST_REQUIRE(refused != nullptr);
    BOOST_TEST(refused->reason.find(" is in use by another process") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_that_a_server_has_is_refused) {
    sqlite_store at;
    at.ask.commit(texts_behind(0, {"a"}));
    BOOST_TEST(
        refusal_of(at.directory.path()) == "the data directory " + at.directory.path().string() +
                                               " is in use by another process (process " +
                                               std::to_string(::getpid()) + ")"
    );
}

// A reader signs nothing: the number that an earlier holder left would name the wrong one.
BOOST_AUTO_TEST_CASE(a_holder_that_is_no_more_is_not_named) {
    const left_behind log(left_behind::by::stop);
    std::ofstream(log.directory.path() / "clarion.lock") << "2147483646\n";
    const auto reader = opened(log.directory.path());
    const auto server = sqlite_event_log::open(log.directory.path(), {});
    BOOST_TEST(
        std::get<open_failure>(server).reason ==
        "the data directory " + log.directory.path().string() + " is in use by another process"
    );
}

BOOST_AUTO_TEST_CASE(where_there_is_no_log_there_is_none_afterwards) {
    const support::temporary_directory directory;
    BOOST_TEST(
        refusal_of(directory.path()) ==
        "there is no log in the directory " + directory.path().string()
    );
    BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::storage::test
