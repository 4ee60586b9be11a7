#include "core/agents/agent.hpp"

#include <stdexcept>

namespace clarion::agents {

task<outcome> agent::resume(
    const engine::request_scope&,
    engine::bridge&,
    tool_dispatcher&,
    protocol::json_text
) const {
    throw std::logic_error("the agent " + name() + " cannot go on with a suspended run");
    co_return outcome(stopped());
}

}  // namespace clarion::agents
