#include "app/file_limit.hpp"

#include <sys/resource.h>

namespace clarion::app {

namespace {

// The log's files, listeners, what each shard waits on, stderr: what a server opens besides its
// connections, with room.
constexpr std::uint64_t own_files = 100;

}  // namespace

std::uint64_t raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::optional<std::string> too_few_files(std::uint64_t files_max, const limit_settings& limits) {
    const auto wanted = static_cast<std::uint64_t>(limits.connections_max);
    if (wanted == 0 || files_max >= wanted + own_files)
        return std::nullopt;
    const std::uint64_t room = files_max > own_files ? files_max - own_files : 0;
    return "this process may open " + std::to_string(files_max) + " files, enough for " +
           std::to_string(room) + " connections, but limits.connections_max is " +
           std::to_string(wanted) +
           ": raise the hard limit (ulimit -Hn, LimitNOFILE=) or lower limits.connections_max";
}

}  // namespace clarion::app
