#include "core/engine/engine_factory.hpp"

#include <stdexcept>
#include <utility>

namespace clarion::engine {

std::unique_ptr<engine> engine_factory::make(
    request_scope_ptr scope,
    bridge way_out,
    task_group& calls,
    std::optional<work_checkpoint> kept
) const {
    const std::string& name = kept ? kept->agent_name : scope->agent_name;
    const agents::agent* agent = agents_.find(name);
    if (agent == nullptr)
        throw std::runtime_error("there is no agent named " + name);
    const engine::surroundings around{agents_, tools_, calls};
    return std::unique_ptr<engine>(
        new engine(std::move(scope), std::move(way_out), *agent, around, std::move(kept))
    );
}

engine_factory::argument_check engine_factory::check_of(const std::string& tool_name) const {
    // When it is asked, and not before: after a start a source outside has listed nothing yet.
    return [&tools = tools_, tool_name](const boost::json::object& arguments) {
        const agents::tool* const called = tools.find(tool_name);
        return called == nullptr ? std::nullopt : called->check_arguments(arguments);
    };
}

}  // namespace clarion::engine
