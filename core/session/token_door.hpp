#pragma once

#include "core/session/authenticator.hpp"
#include "core/session/jwt.hpp"
#include "core/session/revocations.hpp"

#include <mutex>

namespace clarion::session {

/// `--auth jwt`: a user is who a token says that is signed with the secret or a key of the set, not
/// expired, not revoked. Thread-safe, one for all shards; `revoked` outlives it.
class token_door final : public authenticator {
public:
    token_door(token_keys keys, token_rules rules, const revocations& revoked)
        : keys_(std::move(keys)), rules_(std::move(rules)), revoked_(revoked) {}

    policy asks_for() const override { return policy::token; }
    task<authentication> check(std::string token) override;
    std::optional<std::string> objection_to(const authenticated& who) const override;

    /// Tokens are checked with this secret, or this set, from now on; who is already in stays.
    void use(secret_ptr renewed);
    void use(key_set_ptr renewed);

private:
    token_keys keys() const;

    mutable std::mutex mutex_;
    token_keys keys_;
    const token_rules rules_;
    const revocations& revoked_;
};

}  // namespace clarion::session
