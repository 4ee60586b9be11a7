#pragma once

#include "core/agents/tool.hpp"
#include "core/sim/world.hpp"

#include <cstddef>
#include <memory>

namespace clarion::scenarios {

/// A tool that, one time in so many, throws, fails, does not come back in time, or waits a moment.
std::unique_ptr<const agents::tool>
make_troubled(std::unique_ptr<const agents::tool> inner, sim::world& in, std::size_t one_in);

}  // namespace clarion::scenarios
