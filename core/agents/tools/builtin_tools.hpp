#pragma once

#include "core/agents/tool.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/ports/web.hpp"

#include <memory>

// The tools every agent may be given. Their results stand in tool_results.hpp.
namespace clarion::agents::tools {

/// `calculator {expression}`: arithmetic; the grammar stands in core/agents/demo/expression.hpp.
std::unique_ptr<tool> make_calculator();
/// `clock {}`: the time in UTC.
std::unique_ptr<tool> make_clock();
/// `search_thread {query, limit?}`: the thread's messages before the run's own, 5 by default, 20 at
/// most.
std::unique_ptr<tool> make_search_thread();
/// `text_stats {text}`: how long a text is.
std::unique_ptr<tool> make_text_stats();
/// `http_get {url}`: a page of an allowed host, as text. Not among those that every server has.
std::unique_ptr<tool> make_http_get(const ports::web& pages);

void add_builtin_tools(tool_registry& tools);

}  // namespace clarion::agents::tools
