#include "core/agents/tools/builtin_tools.hpp"

namespace clarion::agents::tools {

void add_builtin_tools(tool_registry& tools) {
    tools.add(make_calculator());
    tools.add(make_clock());
    tools.add(make_search_thread());
    tools.add(make_text_stats());
}

}  // namespace clarion::agents::tools
