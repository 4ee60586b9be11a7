#include "core/agents/tool_registry.hpp"

#include "core/async/assert.hpp"

#include <utility>

namespace clarion::agents {

void tool_registry::add(std::unique_ptr<const tool> added) {
    CLARION_ASSERT(added);
    std::string name = added->spec().name;
    CLARION_ASSERT(!name.empty());
    const bool is_new = tools_.emplace(std::move(name), std::move(added)).second;
    CLARION_ASSERT(is_new);
}

const tool* tool_registry::find(std::string_view name) const {
    const auto found = tools_.find(name);
    return found == tools_.end() ? nullptr : found->second.get();
}

}  // namespace clarion::agents
