#pragma once

#include "core/agents/approval_policy.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <regex>
#include <string>
#include <string_view>

namespace clarion::agents::outside {

/// When the calls of one tool need a person's word, if not as the others of its source.
struct tool_rule {
    approval_policy approve = approval_policy::always;
    /// Only calls in which every one of these arguments matches (ECMAScript, found anywhere); the
    /// others go by the source's rule. Empty: all calls.
    std::map<std::string, std::regex> when;
};

/// The rules of one source (PROTOCOL §10, `approve` and `tools` of `[[mcp]]`).
struct approval_rules {
    approval_policy otherwise = approval_policy::unless_read_only;
    std::map<std::string, tool_rule, std::less<>> tools{};

    /// `read_only`: what the tool says of itself.
    [[nodiscard]] bool needs_approval(
        std::string_view tool,
        bool read_only,
        const boost::json::object& arguments
    ) const;
};

}  // namespace clarion::agents::outside
