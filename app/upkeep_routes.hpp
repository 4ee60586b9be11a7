#pragma once

#include "core/audit/log_audit.hpp"
#include "core/storage/sqlite/backup.hpp"
#include "net/http/router.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <variant>
#include <vector>

namespace clarion::app {

/// Another audit or backup is under way, or the server is stopping.
struct upkeep_busy {};
/// The log is in memory: there is no file.
struct log_in_memory {};

inline constexpr std::size_t violations_shown_max = 100;

struct audit_outcome {
    audit::audit_sums sums;
    /// The first of them.
    std::vector<audit::violation> found;
    std::int64_t duration_ms = 0;
};
using audit_answer = std::variant<audit_outcome, upkeep_busy, log_in_memory>;
using audit_service = std::function<task<audit_answer>()>;

using backup_answer = std::variant<storage::sqlite::backup_verdict, upkeep_busy, log_in_memory>;
using backup_service = std::function<task<backup_answer>(std::filesystem::path to)>;

/// `POST /debug/audit` of the admin listener (PROTOCOL §7). 200 and
/// `{"threads","runs","open_runs","events","violations","found":[{"user_id","thread_id","seq",
/// "what"}],"duration_ms"}`; 503 with `failure` besides when it could not go to its end; 409 while
/// another audit or backup goes on; 501 for a log in memory. The body is empty or a JSON object.
http::route make_audit_route(audit_service audit);

/// `POST /debug/backup {"path":"/…"}` (PROTOCOL §7). 200 and `{"path","bytes"}` once the file is
/// durable under its name; 400 for a relative path, 409 when the name is taken or another audit or
/// backup goes on, 500 with the reason when it failed, 501 for a log in memory.
http::route make_backup_route(backup_service back_up);

}  // namespace clarion::app
