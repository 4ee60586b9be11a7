#include "app/audit.hpp"

#include "core/audit/log_audit.hpp"
#include "core/storage/sqlite/log_walk.hpp"

#include <iostream>
#include <memory>
#include <variant>

namespace clarion::app {

namespace {

constexpr int sound = 0;
constexpr int unsound = 1;

std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

}  // namespace

int audit_directory(const std::string& directory) {
    auto opened = storage::sqlite::log_walk::open(directory);
    if (const auto* failure = std::get_if<std::string>(&opened)) {
        std::cerr << "clarion: " << *failure << '\n';
        return unsound;
    }
    const auto print = [](const audit::violation& found) {
        std::cout << told(found) << '\n';
    };
    auto& log = *std::get<std::unique_ptr<storage::sqlite::log_walk>>(opened);
    const audit::audit_sums sums = audit::audit_log(log, print);
    std::cout << "audit: " << counted(sums.threads, "thread") << ", " << counted(sums.runs, "run")
              << " (" << sums.open_runs << " open), " << counted(sums.events, "event") << ": "
              << (sums.violations == 0 ? "no violation" : counted(sums.violations, "violation"))
              << '\n';
    if (sums.failure)
        std::cerr << "clarion: " << *sums.failure << '\n';
    return sums.violations == 0 && !sums.failure ? sound : unsound;
}

}  // namespace clarion::app
