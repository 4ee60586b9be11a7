#include "net/http/admission.hpp"

namespace clarion::http {

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

admission::place::~place() {
    if (of_ != nullptr)
        of_->leave(address_);
}

std::optional<admission::place> admission::enter(const std::string& address) {
    const std::scoped_lock lock(mutex_);
    if (caps_.total_max != 0 && total_ >= caps_.total_max)
        return std::nullopt;
    std::size_t& here = by_address_[address];
    if (caps_.per_address_max != 0 && here >= caps_.per_address_max && !is_loopback(address))
        return std::nullopt;
    ++here;
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
