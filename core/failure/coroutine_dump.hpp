#pragma once

#include "core/failure/logger.hpp"
#include "core/trace/tree_text.hpp"

#include <string_view>

namespace clarion::failure {

/// A tree in the log is cut there: the log's queue is bounded too.
inline constexpr std::size_t dumped_lines_max = 500;

/// Writes what every live coroutine waits for, a line each, below one that says why; `only` chooses
/// those of one tag, the whole tree when it is empty. Any thread, whatever the others do.
void dump_coroutines(const logger& to, std::string_view why, std::string_view only = {});

}  // namespace clarion::failure
