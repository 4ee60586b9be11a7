#pragma once

#include "core/canary/canary_pass.hpp"
#include "core/session/authenticator.hpp"

#include <optional>
#include <string>
#include <utility>

namespace clarion::canary {

/// The configured door, with the server's own sessions let in before it: by a credential of the
/// pass, whatever the door asks of others. Both outlive it.
class door final : public session::authenticator {
public:
    door(session::authenticator& configured, pass& own) : configured_(configured), own_(own) {}

    policy asks_for() const override { return configured_.asks_for(); }
    task<session::authentication> check(std::string token) override {
        return configured_.check(std::move(token));
    }
    std::optional<std::string> objection_to(const session::authenticated& who) const override {
        return configured_.objection_to(who);
    }
    std::optional<session::authenticated> recognise(const std::string& credential) override {
        auto user_id = own_.take(credential);
        if (!user_id)
            return std::nullopt;
        return session::authenticated{*std::move(user_id)};
    }

private:
    session::authenticator& configured_;
    pass& own_;
};

}  // namespace clarion::canary
