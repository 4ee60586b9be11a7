#pragma once

#include <string>

namespace clarion::app {

/// `clarion audit`: holds the invariants against the log of a stopped server, prints each violation
/// on stdout and the sums behind them. Returns the exit status of PROTOCOL §8: 1 for violations,
/// and after one line on stderr when the log cannot be had.
int audit_directory(const std::string& directory);

}  // namespace clarion::app
