#include "app/readiness.hpp"

#include <algorithm>

namespace clarion::app {

void readiness::set(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(reasons_, reason) == reasons_.end())
        reasons_.push_back(reason);
}

void readiness::clear(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    std::erase(reasons_, reason);
}

std::vector<std::string> readiness::reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
}

}  // namespace clarion::app
