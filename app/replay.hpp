#pragma once

#include "app/config/settings.hpp"
#include "core/replay/pace.hpp"
#include "core/replay/recording.hpp"

namespace clarion::app {

/// `clarion replay`: the page and `/ws` over a recording, until a signal ends it. Shares the data
/// directory with other readers, so that no server runs beside it, and writes nothing. Returns the
/// exit status of PROTOCOL §8; throws std::runtime_error with the line that says why it cannot
/// start.
int replay_thread(const settings& with, const replay::recording_choice& what, replay::pace how);

}  // namespace clarion::app
