#pragma once

#include "core/sim/explore.hpp"
#include "core/trace/lint.hpp"

#include <string>
#include <vector>

namespace clarion::sim {

/// One run, recorded.
struct recorded {
    rerun run;
    std::vector<trace::finding> lints{};
    /// What broke, what the lints found, who waited for what, and the timeline, as text.
    std::string text{};
};

/// Not while coroutines of anything else run: it takes the process's records.
recorded recorded_play(const scenario& which, const choice_settings& how);

}  // namespace clarion::sim
