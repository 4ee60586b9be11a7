#pragma once

#include "core/conversation/conversations.hpp"
#include "core/session/revocations.hpp"
#include "core/storage/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace clarion::conversation {

/// What a revocation works with; everything outlives the call.
struct revoke_request {
    std::string user_id;
    /// Where the user is at home.
    conversations& home;
    session::revocations& known;
    storage::event_log& log;
};

struct revoke_outcome {
    /// Unix ms.
    std::int64_t revoked_ms = 0;
    /// How many sessions were ended.
    std::size_t sessions = 0;
    /// Why the revocation is forgotten with this process; absent: it is durable.
    std::optional<std::string> not_stored;
};

/// Takes a user's right to be here away (PROTOCOL §7, `/debug/revoke`): what was issued until now
/// is refused from now on, the user's sessions are ended with 4505 on every shard, and the time is
/// stored, in this order: a full disk must not keep anybody in. Any shard.
task<revoke_outcome> revoke(revoke_request with);

}  // namespace clarion::conversation
