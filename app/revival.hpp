#pragma once

#include "app/home_directory.hpp"
#include "core/session/revocations.hpp"
#include "core/storage/event_log.hpp"

#include <string>

// What a start finds in the log, before anybody can come in. Throws std::runtime_error with the one
// line that start-up prints, which names `data`, the log as the configuration names it.
namespace clarion::app {

/// The crash sweep: runs that an earlier process left are sealed or resumed. What its canary left
/// is nobody's, and is deleted.
task<> revive_threads(storage::event_log& log, home_directory& homes, std::string data);

/// Who may not come in any more.
task<> recall_revocations(storage::event_log& log, session::revocations& into, std::string data);

}  // namespace clarion::app
