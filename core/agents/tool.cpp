#include "core/agents/tool.hpp"

#include <utility>

namespace clarion::agents {

task<tool_result> tool::call_telling(
    engine::request_scope_ptr request,
    boost::json::object arguments,
    ports::progress_sink
) const {
    return call(std::move(request), std::move(arguments));
}

bool tool::needs_approval(const boost::json::object&) const {
    return agents::needs_approval(spec());
}

}  // namespace clarion::agents
