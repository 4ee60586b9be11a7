#include "app/restore.hpp"

#include "core/storage/sqlite/backup.hpp"

#include <iostream>
#include <variant>

namespace clarion::app {

namespace {

std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

}  // namespace

int restore_backup(const std::string& backup, const std::string& directory) {
    const auto verdict = storage::sqlite::restore(backup, directory);
    if (const auto* failure = std::get_if<std::string>(&verdict)) {
        std::cerr << "clarion: " << *failure << '\n';
        return 1;
    }
    const auto& sums = std::get<storage::sqlite::restored>(verdict);
    std::cout << "restore: " << counted(sums.threads, "thread") << ", "
              << counted(sums.events, "event") << ": every thread has a new epoch\n";
    return 0;
}

}  // namespace clarion::app
