#pragma once

#include "app/admin/observed.hpp"
#include "app/readiness.hpp"
#include "core/async/task_group.hpp"
#include "core/canary/canary.hpp"
#include "core/canary/canary_door.hpp"
#include "core/canary/canary_pass.hpp"
#include "core/failure/ledger.hpp"
#include "core/registry/registry_watch.hpp"
#include "core/session/authenticator.hpp"
#include "net/listener.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace clarion::app {

/// What makes `/readyz` green and keeps it so: the canary through the listener, and the registry
/// held against what is alive. One shard; all that it is given outlives it.
class proof_of_life {
public:
    proof_of_life(session::authenticator& configured, readiness& ready, failure::ledger& failures);

    /// The configured door, which lets the canary in.
    session::authenticator& door() { return door_; }
    /// Whether it is a credential of the canary's. Any thread.
    bool is_own(std::string_view credential) const { return pass_.knows(credential); }

    /// Spawns both, to go on until they are cancelled; calls `first_green` once.
    void begin(
        task_group& in,
        const net::listener& through,
        const observed& server,
        std::function<void()> first_green
    );

    /// Any thread.
    canary::canary_figures figures() const { return canary_.figures(); }

private:
    void turn_green();
    void turn_red(const std::string& why);

    readiness& ready_;
    failure::ledger& failures_;
    canary::pass pass_;
    canary::door door_;
    const net::listener* through_ = nullptr;
    std::function<void()> first_green_;
    canary::canary canary_;
    std::optional<registry::registry_watch> registry_;
};

}  // namespace clarion::app
