#include "app/credential_files.hpp"

#include <utility>

#include <sys/stat.h>

namespace clarion::app {

credential_files::credential_files(
    executor on,
    failure::logger log,
    failure::ledger& failures,
    std::vector<part> parts
)
    : on_(on), log_(std::move(log)), failures_(failures) {
    for (part& one : parts) {
        const files_state now = state_of(one);
        watched_.push_back({std::move(one), now, now});
    }
}

credential_files::~credential_files() {
    stop();
}

void credential_files::watch() {
    if (!empty())
        on_.owner().arm(*this, on_.owner().now() + credential_files_poll);
}

void credential_files::stop() {
    on_.owner().disarm(*this);
}

void credential_files::read_again() {
    for (watched& one : watched_) {
        one.seen = state_of(one.what);
        read(one);
    }
}

void credential_files::expired() {
    for (watched& one : watched_) {
        files_state now = state_of(one.what);
        const bool is_settled = now == one.seen;
        one.seen = std::move(now);
        if (is_settled && one.seen != one.read)
            read(one);
    }
    watch();
}

void credential_files::read(watched& one) {
    one.read = one.seen;
    if (const auto why = one.what.read())
        failures_.report(failure::code::config_reload_failed, {}, *why);
    else
        log_.info(one.what.name + " was read again");
}

// The time of the last change of the inode: it moves also when a file gets other rights.
credential_files::file_state credential_files::state_of(const std::string& path) {
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0)
        return {};
    constexpr std::int64_t ns_per_s = 1'000'000'000;
    return {
        true,
        about.st_dev,
        about.st_ino,
        about.st_size,
        about.st_ctim.tv_sec * ns_per_s + about.st_ctim.tv_nsec,
    };
}

credential_files::files_state credential_files::state_of(const part& what) {
    files_state states;
    for (const std::string& path : what.paths)
        states.push_back(state_of(path));
    return states;
}

}  // namespace clarion::app
