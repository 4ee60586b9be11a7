#pragma once

#include "core/metrics/counters.hpp"
#include "core/protocol/own_names.hpp"

#include <string_view>

namespace clarion::metrics {

/// What the server's own users do on a shard: apart, so that what is shown is its users'.
struct own_counters {
    counters counted;
};

/// The shard's counters for what `user_id` does. Nobody, as before a handshake, is somebody.
inline counters& counters_of(const executor& on, std::string_view user_id) {
    if (protocol::is_own_name(user_id))
        return on.owner().own<own_counters>().counted;
    return counters_of(on);
}

}  // namespace clarion::metrics
