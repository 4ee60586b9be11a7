#pragma once

#include "core/sim/explore.hpp"

#include <string_view>
#include <vector>

namespace clarion::scenarios {

/// All there are, in the order of docs/tracing.md.
const std::vector<sim::scenario>& all();

/// Null when there is none of that name.
const sim::scenario* find(std::string_view name);

// The chapters.
std::vector<sim::scenario> handshake_scenarios();
std::vector<sim::scenario> thread_scenarios();
std::vector<sim::scenario> trouble_scenarios();

}  // namespace clarion::scenarios
