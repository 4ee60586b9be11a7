#include "app/machine_memory.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace clarion::app {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

// A whole file of one number; `max`, and what is too large for a number, are no limit.
std::int64_t limit_in(const fs::path& file) {
    std::ifstream in(file);
    std::string text;
    std::int64_t bytes = 0;
    if (!(in >> text))
        return unlimited;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), bytes);
    return read.ec == std::errc() ? bytes : unlimited;
}

// Of a cgroup and of all around it. In a container its own path may not be visible, but the limit
// then stands at the mount.
std::int64_t smallest_limit(const fs::path& mount, const fs::path& group, const char* file) {
    std::int64_t smallest = limit_in(mount / file);
    fs::path at = mount;
    for (const fs::path& part : group.relative_path()) {
        at /= part;
        smallest = std::min(smallest, limit_in(at / file));
    }
    return smallest;
}

// A line of /proc/self/cgroup is "ID:CONTROLLERS:PATH"; version 2 has one, "0::PATH".
std::int64_t cgroup_limit(const fs::path& root) {
    std::int64_t smallest = unlimited;
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const fs::path group = line.substr(second + 1);
        const fs::path mount = root / "sys/fs/cgroup";
        if (controllers == ",,")
            smallest = std::min(smallest, smallest_limit(mount, group, "memory.max"));
        else if (controllers.find(",memory,") != std::string::npos)
            smallest = std::min(
                smallest,
                smallest_limit(mount / "memory", group, "memory.limit_in_bytes")
            );
    }
    return smallest;
}

std::int64_t machine_limit(const fs::path& root) {
    std::ifstream facts(root / "proc/meminfo");
    for (std::string line; std::getline(facts, line);) {
        std::istringstream words(line);
        std::string name;
        std::int64_t kib = 0;
        if (words >> name >> kib && name == "MemTotal:")
            return kib * 1024;
    }
    return unlimited;
}

}  // namespace

std::int64_t memory_bytes_available(const std::filesystem::path& root) {
    const std::int64_t smallest = std::min(cgroup_limit(root), machine_limit(root));
    return smallest == unlimited ? 0 : smallest;
}

std::int64_t memory_bound(std::int64_t memory_bytes_max, std::int64_t available) {
    return memory_bytes_max != 0 ? memory_bytes_max : available / 4 * 3;
}

}  // namespace clarion::app
