#pragma once

#include "core/agents/tool.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::agents {

/// The tools of the process by name. Filled at start-up, immutable from then on; outlives every
/// call, stragglers included.
class tool_registry {
public:
    /// A second tool of the same name, or one without a name, is a programmer's error.
    void add(std::unique_ptr<const tool> added);
    /// nullptr when there is none of that name.
    const tool* find(std::string_view name) const;

private:
    std::map<std::string, std::unique_ptr<const tool>, std::less<>> tools_;
};

}  // namespace clarion::agents
