#include "core/conversation/revoke.hpp"

#include "core/async/ask.hpp"

#include <utility>
#include <variant>

namespace clarion::conversation {

task<revoke_outcome> revoke(revoke_request with) {
    const executor on = co_await asio::this_coro::executor;
    revoke_outcome outcome;
    outcome.revoked_ms = on.owner().wall_ms();
    // Before the sessions are looked up: one that comes later asks the door once more.
    with.known.add(with.user_id, outcome.revoked_ms);
    const session::closing why{protocol::close_code::revoked, "access was revoked"};
    outcome.sessions = co_await ask(with.home.where(), with.home.end_sessions(with.user_id, why));
    auto stored = co_await with.log.revoke(with.user_id, outcome.revoked_ms);
    if (auto* down = std::get_if<storage::unavailable>(&stored))
        outcome.not_stored = std::move(down->reason);
    co_return outcome;
}

}  // namespace clarion::conversation
