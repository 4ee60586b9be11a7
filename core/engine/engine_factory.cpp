#include "core/engine/engine_factory.hpp"

#include <stdexcept>
#include <utility>

namespace clarion::engine {

std::unique_ptr<engine>
engine_factory::make(request_scope_ptr scope, bridge way_out, task_group& calls) const {
    const agents::agent* agent = agents_.find(scope->agent_name);
    if (agent == nullptr)
        throw std::runtime_error("there is no agent named " + scope->agent_name);
    return std::unique_ptr<engine>(
        new engine(std::move(scope), std::move(way_out), *agent, tools_, calls)
    );
}

}  // namespace clarion::engine
