#pragma once

#include "core/session/authenticator.hpp"
#include "core/session/jwt.hpp"
#include "core/session/revocations.hpp"

#include <mutex>

namespace clarion::session {

/// `--auth jwt`: a user is who a token says that is signed with the secret, not expired, not
/// revoked. Thread-safe, one for all shards; `revoked` outlives it.
class token_door final : public authenticator {
public:
    token_door(secret_ptr secret, token_rules rules, const revocations& revoked)
        : secret_(std::move(secret)), rules_(std::move(rules)), revoked_(revoked) {}

    policy asks_for() const override { return policy::token; }
    task<authentication> check(std::string token) override;
    std::optional<std::string> objection_to(const authenticated& who) const override;

    /// Tokens are checked with this one from now on; who is already in stays.
    void use(secret_ptr renewed);

private:
    secret_ptr secret() const;

    mutable std::mutex mutex_;
    secret_ptr secret_;
    const token_rules rules_;
    const revocations& revoked_;
};

}  // namespace clarion::session
