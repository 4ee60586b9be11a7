#pragma once

#include "core/agents/agent.hpp"
#include "core/sim/world.hpp"

#include <cstddef>
#include <memory>

namespace clarion::scenarios {

/// An agent that, one time in so many, throws, gives up, says nothing for a while, or emits what
/// the grammar forbids, before it does its work: what a model may do to a run.
std::unique_ptr<agents::agent>
make_troubled(std::unique_ptr<agents::agent> inner, sim::world& in, std::size_t one_in);

}  // namespace clarion::scenarios
