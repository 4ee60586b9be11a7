#pragma once

#include "core/engine/approval.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace clarion::engine {

class run_approvals;

/// How an approval ended, as far as one who comes late is told.
struct approval_settlement {
    protocol::approval_decision decision = protocol::approval_decision::deny;
    std::string by;
};

/// Open approvals of one user; past it a call is refused by this name.
inline constexpr std::size_t approvals_open_per_user_max = 10000;
/// Resolved ones that are remembered, of one user and of a shard's users together; then the oldest
/// is forgotten and answered `not_found`.
inline constexpr std::size_t approvals_remembered_per_user_max = 1000;
inline constexpr std::size_t approvals_remembered_per_shard_max = 100000;

/// Which run of which user waits for an approval, and how the last ones were resolved. Keyed by
/// user: another user's approval is one that does not exist. Holds no run alive. One shard only.
class approval_index {
public:
    approval_index() = default;
    approval_index(const approval_index&) = delete;
    approval_index& operator=(const approval_index&) = delete;
    ~approval_index() = default;

    enum class entry_verdict { entered, full };
    [[nodiscard]] entry_verdict enter(
        const std::string& user_id,
        const std::string& approval_id,
        std::weak_ptr<run_approvals> waiting
    );
    /// The approval is resolved in the log.
    void
    settle(const std::string& user_id, const std::string& approval_id, approval_settlement how);
    /// The approval was never asked for, or its run is lost to this process.
    void forget(const std::string& user_id, const std::string& approval_id);

    /// The verb `approve` (PROTOCOL §3).
    void resolve(
        const std::string& user_id,
        const protocol::client::approve& asked,
        const approve_reply& reply
    );

    /// Open, or resolved and remembered.
    bool knows(const std::string& user_id, const std::string& approval_id) const;
    std::size_t open_count(const std::string& user_id) const;

private:
    struct remembered {
        std::string user_id;
        std::string approval_id;
        approval_settlement how;
    };
    using memory = std::list<remembered>;  // oldest first
    struct user_entries {
        std::map<std::string, std::weak_ptr<run_approvals>> open;
        std::map<std::string, memory::iterator> settled;
        std::deque<memory::iterator> by_age;
    };
    void forget_oldest_of(const std::string& user_id);
    void drop_if_empty(const std::string& user_id);

    std::map<std::string, user_entries> users_;
    memory memory_;
};

/// The answer to an `approve` that came after the decision.
[[nodiscard]] protocol::server::approve_result late_answer(const approval_settlement& how);

}  // namespace clarion::engine
