#include "core/async/live_tasks.hpp"

#include <algorithm>

namespace clarion {

std::vector<task_trace> task_ring::entries() const {
    std::vector<task_trace> in_order;
    const std::uint64_t kept = std::min<std::uint64_t>(noted_, entries_max);
    in_order.reserve(kept);
    for (std::uint64_t index = noted_ - kept; index < noted_; ++index)
        in_order.push_back(entries_[index % entries_max]);
    return in_order;
}

void live_tasks::group::enlist() {
    const std::scoped_lock lock(in_.mutex_);
    in_.groups_.push_back(*this);
}

void live_tasks::group::leave() noexcept {
    const std::scoped_lock lock(in_.mutex_);
    in_.groups_.erase(in_.groups_.iterator_to(*this));
}

live_tree live_tasks::tree(const live_bounds& within) const {
    live_tree found;
    const std::scoped_lock lock(mutex_);
    for (const group& one : groups_) {
        if (!one.has_tasks())
            continue;
        ++found.groups_count;
        if (found.groups.size() < within.groups_max)
            found.groups.push_back(one.describe(within.tasks_per_group_max));
    }
    return found;
}

}  // namespace clarion
