#pragma once

#include "app/config/settings.hpp"
#include "app/home_directory.hpp"
#include "app/upkeep_routes.hpp"
#include "core/async/side_thread.hpp"
#include "core/conversation/retention_sweep.hpp"
#include "core/failure/ledger.hpp"
#include "core/storage/event_log.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace clarion::app {

/// What the server does for its log besides writing and reading it: retention, audits, backups.
/// Outlives the routes.
class upkeep {
public:
    upkeep(
        const limit_settings& limits,
        storage::event_log& log,
        home_directory& homes,
        failure::ledger& failures
    );

    /// Retention, from now until cancelled. One shard.
    task<> run() { return retention_.run(); }
    /// `POST /debug/audit` and `POST /debug/backup`.
    std::vector<http::route> routes();
    /// Ends an audit or a backup that is under way. Any thread.
    void stop() { beside_.stop(); }

    task<audit_answer> audit();
    task<backup_answer> back_up(std::filesystem::path to);

private:
    task<> tell_homes(std::vector<storage::trimmed_thread> gone);
    audit_outcome audit_now(const std::stop_token& stop);
    storage::sqlite::backup_verdict
    back_up_now(const std::filesystem::path& to, const std::stop_token& stop);

    std::optional<std::filesystem::path> database_;  // absent: the log is in memory
    home_directory& homes_;
    failure::ledger& failures_;
    conversation::retention_sweep retention_;
    side_thread beside_;
};

}  // namespace clarion::app
