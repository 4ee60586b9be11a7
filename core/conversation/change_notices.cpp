#include "core/conversation/change_notices.hpp"

#include "core/conversation/conversation.hpp"

#include <utility>

namespace clarion::conversation {

/// The time behind an announcement.
class change_notices::interval final : public timer_entry {
public:
    interval(change_notices& of, protocol::thread_key whose) : key(std::move(whose)), of_(of) {
        arm();
    }
    ~interval() override { of_.on_.owner().disarm(*this); }

    void arm() { of_.on_.owner().arm(*this, of_.on_.owner().now() + notice_interval); }
    void expired() override { of_.ended(*this); }

    const protocol::thread_key key;
    /// Changed since; empty when it has not.
    std::shared_ptr<const conversation> changed;

private:
    change_notices& of_;
};

change_notices::change_notices(executor on, announce tell) : on_(on), tell_(std::move(tell)) {}

change_notices::~change_notices() = default;

void change_notices::note(std::shared_ptr<const conversation> changed) {
    std::unique_ptr<interval>& place = intervals_[changed->key()];
    if (place) {
        place->changed = std::move(changed);
        return;
    }
    place = std::make_unique<interval>(*this, changed->key());
    tell_(*changed);
}

void change_notices::ended(interval& one) {
    if (const auto changed = std::exchange(one.changed, nullptr)) {
        one.arm();
        tell_(*changed);
    } else {
        intervals_.erase(intervals_.find(one.key));
    }
}

void change_notices::forget(const protocol::thread_key& key) {
    intervals_.erase(key);
}

void change_notices::clear() {
    intervals_.clear();
}

}  // namespace clarion::conversation
