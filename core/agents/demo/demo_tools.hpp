#pragma once

#include "core/agents/tool.hpp"
#include "core/agents/tool_registry.hpp"

#include <memory>
#include <string>

// Tools that show what can happen to a call. They exist for the demo agent and for tests.
namespace clarion::agents::demo {

/// `failing_tool {}`: always fails.
std::unique_ptr<tool> make_failing_tool();
/// `sleeping_tool {}`: sleeps for an hour, and has a time-out of 2 s.
std::unique_ptr<tool> make_sleeping_tool();

/// `guarded_tool {text}`: says the text, once a person has allowed it.
std::unique_ptr<tool> make_guarded_tool();

/// What `guarded_tool` answers.
struct spoken_text {
    /// The text on one line, cut when it is long.
    std::string said;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("said", self.said);
    }
};

void add_demo_tools(tool_registry& tools);

}  // namespace clarion::agents::demo
