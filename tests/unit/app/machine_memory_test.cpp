#include "app/machine_memory.hpp"

#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace {

using namespace clarion::app;

constexpr std::int64_t mib = std::int64_t{1} << 20U;

/// What a machine with these files has.
std::int64_t available(const std::map<std::string, std::string>& files) {
    const clarion::support::temporary_directory root;
    for (const auto& [name, text] : files) {
        const auto path = root.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    return memory_bytes_available(root.path());
}

const std::string machine = "MemFree: 5 kB\nMemTotal:       1048576 kB\nMemAvailable: 7 kB\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(machine_memory)

BOOST_AUTO_TEST_CASE(without_a_cgroup_it_is_the_machine_s) {
    BOOST_TEST(available({{"proc/meminfo", machine}}) == 1024 * mib);
    BOOST_TEST(
        available({{"proc/meminfo", machine}, {"proc/self/cgroup", "0::/\n"}}) == 1024 * mib
    );
}

BOOST_AUTO_TEST_CASE(a_machine_that_says_nothing_has_no_bound) {
    BOOST_TEST(available({}) == 0);
    BOOST_TEST(memory_bound(0, 0) == 0);
}

BOOST_AUTO_TEST_CASE(the_smallest_limit_on_the_way_up_counts) {
    std::map<std::string, std::string> files{
        {"proc/meminfo", machine},
        {"proc/self/cgroup", "0::/a/b\n"},
        {"sys/fs/cgroup/a/b/memory.max", "max\n"},
    };
    BOOST_TEST(available(files) == 1024 * mib);
    files["sys/fs/cgroup/a/memory.max"] = "268435456\n";
    BOOST_TEST(available(files) == 256 * mib);
    files["sys/fs/cgroup/a/b/memory.max"] = "134217728\n";
    BOOST_TEST(available(files) == 128 * mib);
    files["sys/fs/cgroup/memory.max"] = "67108864\n";
    BOOST_TEST(available(files) == 64 * mib);
}

BOOST_AUTO_TEST_CASE(a_container_s_limit_stands_at_the_mount) {
    BOOST_TEST(
        available(
            {{"proc/meminfo", machine},
             {"proc/self/cgroup", "0::/not/visible/here\n"},
             {"sys/fs/cgroup/memory.max", "134217728"}}
        ) == 128 * mib
    );
}

BOOST_AUTO_TEST_CASE(version_one_is_read_too) {
    std::map<std::string, std::string> files{
        {"proc/meminfo", machine},
        {"proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/a\n1:name=systemd:/y\n"},
        {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
    };
    BOOST_TEST(available(files) == 1024 * mib);
    files["sys/fs/cgroup/memory/a/memory.limit_in_bytes"] = "134217728\n";
    BOOST_TEST(available(files) == 128 * mib);
}

BOOST_AUTO_TEST_CASE(zero_means_three_quarters_of_what_there_is) {
    BOOST_TEST(memory_bound(0, 1024 * mib) == 768 * mib);
    BOOST_TEST(memory_bound(mib, 1024 * mib) == mib);
    BOOST_TEST(memory_bound(mib, 0) == mib);
}

BOOST_AUTO_TEST_CASE(this_machine_has_some) {
    BOOST_TEST(memory_bytes_available() > mib);
}

BOOST_AUTO_TEST_SUITE_END()
