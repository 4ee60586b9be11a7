#pragma once

#include <string>

namespace clarion::app {

/// `clarion restore`: makes the log in `directory` out of a backup, and prints one line of what is
/// in it. Returns the exit status of PROTOCOL §8: 1, with one line on stderr, when it cannot be
/// done.
int restore_backup(const std::string& backup, const std::string& directory);

}  // namespace clarion::app
