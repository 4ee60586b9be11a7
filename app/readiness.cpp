#include "app/readiness.hpp"

#include <algorithm>

namespace clarion::app {

void readiness::set(const std::string& reason, const std::string& why) {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find(entries_, reason, &entry::reason);
    if (known == entries_.end())
        entries_.push_back({reason, why});
    else
        known->why = why;
}

void readiness::clear(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&reason](const entry& one) { return one.reason == reason; });
}

std::vector<std::string> readiness::reasons() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const entry& one : entries_)
        all.push_back(one.why.empty() ? one.reason : one.reason + ": " + one.why);
    return all;
}

}  // namespace clarion::app
