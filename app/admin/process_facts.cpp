#include "app/admin/process_facts.hpp"

#include <fstream>

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::app {

namespace {

constexpr const char* descriptors = "/proc/self/fd";

std::int64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t pages = 0;
    std::int64_t resident = 0;
    statm >> pages >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

// Linux since 6.2 says the number as the directory's size; before, it has to be counted.
std::int64_t open_files() {
    struct stat about{};
    if (stat(descriptors, &about) == 0 && about.st_size > 0)
        return about.st_size;
    DIR* const listing = opendir(descriptors);
    if (listing == nullptr)
        return 0;
    std::int64_t count = 0;
    while (const dirent* const entry = readdir(listing))
        count += entry->d_name[0] == '.' ? 0 : 1;
    closedir(listing);
    return count - 1;  // the listing itself
}

std::int64_t open_files_max() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    return static_cast<std::int64_t>(limit.rlim_cur);
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) != 0)
        return 0;
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

}  // namespace

process_facts facts_of_process() {
    return {resident_bytes(), open_files(), open_files_max(), cpu_seconds()};
}

}  // namespace clarion::app
