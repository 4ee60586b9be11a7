#include "net/http/admission.hpp"

namespace clarion::http {

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

admission::place::~place() {
    if (of_ != nullptr)
        of_->leave(address_);
}

std::optional<admission::place>
admission::enter(const std::string& address, address_cap by_address) {
    const std::scoped_lock lock(mutex_);
    if (caps_.total_max != 0 && total_ >= caps_.total_max)
        return std::nullopt;
    const bool is_capped =
        caps_.per_address_max != 0 && by_address == address_cap::applied && !is_loopback(address);
    const auto known = by_address_.find(address);
    if (is_capped && known != by_address_.end() && known->second >= caps_.per_address_max)
        return std::nullopt;
    ++by_address_[address];
    ++total_;
    return place(*this, address);
}

admission::place admission::enter_uncapped(const std::string& address) {
    const std::scoped_lock lock(mutex_);
    ++by_address_[address];
    ++total_;
    return place(*this, address);
}

std::size_t admission::size() const {
    const std::scoped_lock lock(mutex_);
    return total_;
}

void admission::leave(const std::string& address) noexcept {
    const std::scoped_lock lock(mutex_);
    --total_;
    const auto entry = by_address_.find(address);
    if (--entry->second == 0)
        by_address_.erase(entry);
}

}  // namespace clarion::http
