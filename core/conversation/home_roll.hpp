#pragma once

#include <string>
#include <vector>

namespace clarion::conversation {

/// Who is at one home, by connection id, each list from those who act by it.
struct home_roll {
    /// The sessions that its users' threads know of.
    std::vector<std::string> visitors;
    struct subscriber {
        std::string connection_id;
        std::string thread_id;
        /// The home would end it with its session.
        bool is_remembered = false;
    };
    /// Whom its threads send their events to.
    std::vector<subscriber> subscribers;
};

}  // namespace clarion::conversation
