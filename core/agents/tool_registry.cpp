#include "core/agents/tool_registry.hpp"

#include "core/agents/outside/tool_catalog.hpp"
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
    if (found != tools_.end())
        return found->second.get();
    return outside_ == nullptr ? nullptr : outside_->find(name);
}

bool tool_registry::knows(std::string_view name) const {
    return tools_.contains(name) || (outside_ != nullptr && outside_->knows(name));
}

std::vector<std::string> tool_registry::expand(const std::vector<std::string>& given) const {
    std::vector<std::string> all;
    for (const std::string& name : given) {
        const auto of_source = outside_ == nullptr ? std::nullopt : outside_->tools_of(name);
        if (of_source && !tools_.contains(name))
            all.insert(all.end(), of_source->begin(), of_source->end());
        else
            all.push_back(name);
    }
    return all;
}

std::optional<std::string> tool_registry::missing(const std::vector<std::string>& given) const {
    for (const std::string& name : given) {
        if (outside_ == nullptr || tools_.contains(name))
            continue;
        if (const auto why = outside_->why_lost(name))
            return "the MCP server " + name.substr(0, name.find('.')) + " " + *why;
    }
    return std::nullopt;
}

}  // namespace clarion::agents
