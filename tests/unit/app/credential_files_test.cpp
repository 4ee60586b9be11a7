#include "app/credential_files.hpp"

#include "core/sim/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace {

using clarion::app::credential_files;
using clarion::app::credential_files_poll;
namespace failure = clarion::failure;
namespace fs = std::filesystem;

/// Two files that are read together; how often they were, and whether that works.
struct watched_pair {
    watched_pair() {
        write(cert, "1");
        write(key, "1");
        files.emplace(
            world.get_executor(),
            failure::logger(),
            failures,
            std::vector{credential_files::part{
                "the pair",
                {cert.string(), key.string()},
                [this] { return read(); },
            }}
        );
        files->watch();
    }

    std::optional<std::string> read() {
        ++reads;
        return fault;
    }

    /// Replaces it, as careful tools do: its state differs whatever the clock's grain.
    static void write(const fs::path& path, const std::string& text) {
        const fs::path fresh = path.string() + ".new";
        std::ofstream(fresh) << text;
        fs::rename(fresh, path);
    }

    void polls(int times) { world.run_for(times * credential_files_poll); }

    clarion::support::temporary_directory folder;
    fs::path cert = folder.path() / "cert";
    fs::path key = folder.path() / "key";
    clarion::sim::world world;
    failure::ledger failures{failure::logger(), [] {
                                 return 0;
                             }};
    int reads = 0;
    std::optional<std::string> fault;
    std::optional<credential_files> files;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(credential_files_watch, watched_pair)

BOOST_AUTO_TEST_CASE(files_that_stay_as_they_are_are_not_read_again) {
    polls(10);
    BOOST_TEST(reads == 0);
}

BOOST_AUTO_TEST_CASE(a_changed_file_is_read_once_within_ten_seconds) {
    polls(3);
    write(key, "2");
    world.run_for(std::chrono::seconds(10));
    BOOST_TEST(reads == 1);
    polls(10);
    BOOST_TEST(reads == 1);
}

BOOST_AUTO_TEST_CASE(two_files_that_change_one_after_the_other_are_read_together) {
    write(cert, "2");
    polls(1);
    write(key, "2");
    polls(1);
    BOOST_TEST(reads == 0);
    polls(1);
    BOOST_TEST(reads == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_critical_once_for_each_change) {
    fault = "the key is broken";
    write(key, "broken");
    polls(10);
    BOOST_TEST(reads == 1);
    const auto shown = failures.snapshot().records;
    BOOST_REQUIRE(shown.size() == 1U);
    BOOST_TEST((shown.front().what == failure::code::config_reload_failed));
    BOOST_TEST((shown.front().how == failure::severity::critical));
    BOOST_TEST(shown.front().detail == "the key is broken");
    fault.reset();
    write(key, "mended");
    polls(3);
    BOOST_TEST(reads == 2);
    BOOST_TEST(failures.snapshot().records.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_only_got_other_rights_is_read_again) {
    polls(1);
    fs::permissions(key, fs::perms::owner_read);
    polls(2);
    BOOST_TEST(reads == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_counts_as_changed) {
    fs::remove(key);
    polls(5);
    BOOST_TEST(reads == 1);
    write(key, "2");
    polls(3);
    BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_CASE(who_asks_has_them_read_at_once_and_not_a_second_time_for_the_same_change) {
    write(key, "2");
    files->read_again();
    BOOST_TEST(reads == 1);
    polls(5);
    BOOST_TEST(reads == 1);
    files->read_again();
    BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_CASE(after_stop_nothing_is_looked_at) {
    files->stop();
    write(key, "2");
    polls(5);
    BOOST_TEST(reads == 0);
}

BOOST_AUTO_TEST_SUITE_END()
