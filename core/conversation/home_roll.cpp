#include "core/conversation/conversations.hpp"

namespace clarion::conversation {

home_roll conversations::roll() const {
    home_roll here;
    for (const auto& [user_id, user] : users_)
        for (const auto& [connection_id, guest] : user.visitors)
            here.visitors.push_back(connection_id);
    for (const auto& [key, held] : threads_) {
        const auto thread = held.lock();
        if (!thread)
            continue;
        const auto user = users_.find(key.user_id);
        for (std::string& connection_id : thread->subscriber_ids()) {
            home_roll::subscriber& found = here.subscribers.emplace_back();
            found.thread_id = key.thread_id;
            if (user != users_.end()) {
                const auto guest = user->second.visitors.find(connection_id);
                found.is_remembered = guest != user->second.visitors.end() &&
                                      guest->second.subscribed.contains(key.thread_id);
            }
            found.connection_id = std::move(connection_id);
        }
    }
    return here;
}

}  // namespace clarion::conversation
