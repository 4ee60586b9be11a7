#include "core/session/revocations.hpp"

#include <algorithm>

namespace clarion::session {

void revocations::add(std::string_view user_id, std::int64_t revoked_ms) {
    const std::lock_guard lock(mutex_);
    std::int64_t& known = revoked_ms_.try_emplace(std::string(user_id), revoked_ms).first->second;
    known = std::max(known, revoked_ms);
}

bool revocations::include(std::string_view user_id, std::optional<std::int64_t> issued_ms) const {
    const std::lock_guard lock(mutex_);
    const auto known = revoked_ms_.find(user_id);
    return known != revoked_ms_.end() && (!issued_ms || *issued_ms <= known->second);
}

}  // namespace clarion::session
