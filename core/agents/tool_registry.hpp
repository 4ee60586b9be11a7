#pragma once

#include "core/agents/tool.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::agents {

namespace outside {
class tool_catalog;
}  // namespace outside

/// The tools of the process by name: its own, which are added at start-up, and those of the sources
/// outside, which come and go. Outlives every call, stragglers included.
class tool_registry {
public:
    /// Once, at start-up; the catalog outlives the registry.
    void use(const outside::tool_catalog& catalog) { outside_ = &catalog; }
    /// A second tool of the same name, or one without a name, is a programmer's error.
    void add(std::unique_ptr<const tool> added);
    /// nullptr when there is none of that name.
    const tool* find(std::string_view name) const;
    /// Whether an agent may be given that name: a tool, a source for all of its tools, or one of
    /// them, which need not be there yet.
    bool knows(std::string_view name) const;
    /// The names an agent was given, with the tools of a source, as they are now, in its place.
    std::vector<std::string> expand(const std::vector<std::string>& given) const;
    /// The first source of those names that is not there now, and why, as the end of a sentence;
    /// nothing when all are there.
    std::optional<std::string> missing(const std::vector<std::string>& given) const;

private:
    std::map<std::string, std::unique_ptr<const tool>, std::less<>> tools_;
    const outside::tool_catalog* outside_ = nullptr;
};

}  // namespace clarion::agents
