#pragma once

#include "app/admin/observed.hpp"

#include <cstddef>
#include <string>

// The pages `/debug/…` as JSON (PROTOCOL §7). Each asks all shards within a deadline and names
// those that did not answer. Lists are bounded, the counts beside them are whole.
namespace clarion::app {

/// Of each list, over all shards.
inline constexpr std::size_t listed_max = 1000;

/// `/debug/sessions`
task<std::string> sessions_json(const observed& server);
/// `/debug/runs`
task<std::string> runs_json(const observed& server);

}  // namespace clarion::app
