#pragma once

#include "core/trace/live_tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::trace {

struct tree_view {
    /// Only coroutines with a tag whose text is this, and who awaits or made them; empty: all.
    std::string_view tag{};
    /// Of coroutines that stand side by side and look alike, so many are shown, then a count.
    std::size_t alike_max = 3;
    std::size_t lines_max = 10'000;
};

/// The tree as lines for a terminal or a log: each coroutine below the one that awaits it, a
/// spawned one (`*`) below the one that made it, or at the left when that one has ended.
///
///     * #4097 session::serve [connection c_1] awaits #4098 at core/session/serve.cpp:169
///       #4098 …mailbox::pop parked on wakeup::async_wait at core/async/mailbox.hpp:37 for 3.2 s
std::vector<std::string> tree_lines(const live_tree& tree, const tree_view& shown = {});

/// The flat form: where coroutines stand, most numerous first: count, longest wait, name, place.
std::vector<std::string> place_lines(const live_tree& tree, const tree_view& shown = {});

/// "3.2 s", "18 ms", "740 us".
std::string time_text(std::uint64_t ns);

}  // namespace clarion::trace
