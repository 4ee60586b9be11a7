#pragma once

#include "core/async/task.hpp"
#include "core/async/timer_queue.hpp"
#include "core/async/wakeup.hpp"
#include "core/engine/approval.hpp"
#include "core/engine/approval_index.hpp"
#include "core/engine/bridge.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace clarion::engine {

/// What one run has asked of a person and not been told yet. A decision takes effect when it is
/// made, is committed with `approval_resolved`, and only then reaches the waiting call and whoever
/// sent it. The first decision counts: a person's, the expiry, or the run's end. Lives in the run's
/// journal. The run's shard only.
class run_approvals {
public:
    run_approvals(run_journal& of, approval_index& index) : journal_(of), index_(index) {}
    run_approvals(const run_approvals&) = delete;
    run_approvals& operator=(const run_approvals&) = delete;
    ~run_approvals();

    /// See `bridge::ask_approval`.
    task<approval_verdict> ask(approval_request asked);
    /// See `bridge::hear_approval`.
    task<approval_verdict> hear(std::string approval_id);

    /// An approval that an earlier process asked for, open until `expires_ms` (Unix ms).
    void reopen(approval_request asked, std::int64_t expires_ms);
    /// One whose decision an earlier process committed.
    void recall(protocol::approval_resolved how);

    /// A person's decision. Edited arguments that fail the tool's check are `bad_request`, and the
    /// approval stays open.
    void
    resolve(const protocol::client::approve& asked, std::string by, const approve_reply& reply);

    /// The run's first refusal: nobody waits any more, the run's closer will resolve what is open.
    void give_up(const refusal& why);
    /// The run is cancelled or closes: what is undecided is cancelled by the server, from now on.
    void cancel_undecided();
    /// The closer's own resolutions are committed.
    void cancelled_committed();
    /// The log refused the run's end: its approvals are as lost to this process as the run is.
    void lose(const refusal& why);

private:
    class open_approval;
    using open_ptr = std::shared_ptr<open_approval>;

    open_ptr open(approval_request asked);
    task<approval_verdict> wait(open_ptr approval);
    std::optional<protocol::field_error>
    find_wrong(const protocol::approval_resolved& how, const approval_request& asked) const;
    void decide(const open_ptr& approval, protocol::approval_resolved how, approve_reply reply);
    void committed(const open_ptr& approval, const approve_reply& reply);
    void refused(const open_ptr& approval, const refusal& why, const approve_reply& reply);
    const std::string& user_id() const;

    run_journal& journal_;
    approval_index& index_;
    std::map<std::string, open_ptr> open_;     // by approval id
    std::map<std::string, open_ptr> unheard_;  // asked, and no call has been told how it ended
};

}  // namespace clarion::engine
