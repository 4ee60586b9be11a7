#include "core/failure/coroutine_dump.hpp"

#include <string>

namespace clarion::failure {

void dump_coroutines(const logger& to, std::string_view why, std::string_view only) {
    if (!to.wants(severity::warning))
        return;
    const trace::live_tree tree = trace::take_tree();
    trace::tree_view view;
    view.tag = only;
    view.lines_max = dumped_lines_max;
    to.warning(
        "coroutines, " + std::to_string(tree.frames.size()) + " in all: " + std::string(why)
    );
    for (const std::string& line : trace::tree_lines(tree, view))
        to.warning("coroutine " + line);
}

}  // namespace clarion::failure
