#include "core/session/token_door.hpp"

#include <utility>

namespace clarion::session {

task<authentication> token_door::check(std::string token) {
    const executor on = co_await asio::this_coro::executor;
    const token_keys with = keys();
    token_verdict verdict = check_token(token, with, rules_, on.owner().wall_ms());
    if (auto* refused = std::get_if<token_refused>(&verdict))
        co_return authentication(not_authenticated{std::move(refused->why)});
    auto& claims = std::get<token_claims>(verdict);
    authenticated who{std::move(claims.user_id), claims.expires_ms, claims.issued_ms};
    if (auto objection = objection_to(who))
        co_return authentication(not_authenticated{*std::move(objection)});
    co_return authentication(std::move(who));
}

std::optional<std::string> token_door::objection_to(const authenticated& who) const {
    if (revoked_.include(who.user_id, who.issued_ms))
        return "the token was revoked";
    return std::nullopt;
}

void token_door::use(secret_ptr renewed) {
    const std::lock_guard lock(mutex_);
    keys_.secret = std::move(renewed);
}

void token_door::use(key_set_ptr renewed) {
    const std::lock_guard lock(mutex_);
    keys_.set = std::move(renewed);
}

token_keys token_door::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

}  // namespace clarion::session
