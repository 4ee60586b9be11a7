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

task<title_verdict> agent::make_title(thread_beginning) const {
    throw std::logic_error("the agent " + name() + " makes no titles");
    co_return title_verdict(no_title());
}

}  // namespace clarion::agents
