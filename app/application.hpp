#pragma once

#include "app/config/settings.hpp"

namespace clarion::app {

/// Builds a server from its settings and runs it until a signal ends it. Returns the exit status of
/// PROTOCOL §8; every failure to start is one line on stderr.
int serve(const settings& with);

}  // namespace clarion::app
