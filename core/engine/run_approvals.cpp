#include "core/engine/run_approvals.hpp"

#include "core/engine/run_journal.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace clarion::engine {

namespace server = protocol::server;
using protocol::approval_decision;

namespace {

// Between the bytes of a decision and those of the call's other events that carry its arguments.
constexpr std::size_t envelope_bytes = 2048;

void drop_reply(const approve_answer&) {}

protocol::approval_resolved
resolution(std::string approval_id, approval_decision decision, std::string by) {
    protocol::approval_resolved made;
    made.approval_id = std::move(approval_id);
    made.decision = decision;
    made.by = std::move(by);
    return made;
}

server::error bad_request(const protocol::field_error& wrong) {
    server::error error;
    error.code = server::error_code::bad_request;
    error.message = wrong.pointer + " " + wrong.reason;
    error.detail = wrong.pointer;
    error.retryable = false;
    return error;
}

server::error storage_error(const refusal& why) {
    server::error error;
    error.code = server::error_code::storage_unavailable;
    error.message = "the decision could not be written: " + why.message;
    error.retryable = true;
    return error;
}

}  // namespace

/// One question to a person, until its answer is committed.
class run_approvals::open_approval final : public timer_entry {
public:
    open_approval(run_approvals& of, std::string approval_id, approval_request question)
        : id(std::move(approval_id)), asked(std::move(question)), of_(of) {}

    void expired() override {
        of_.journal_.note_expiry(asked.tool_name);
        of_.decide(
            of_.open_.at(id),
            resolution(id, approval_decision::expired, approved_by_server),
            drop_reply
        );
    }

    const std::string id;
    const approval_request asked;
    /// From the decision on, which may not be committed yet.
    std::optional<protocol::approval_resolved> decided;
    std::optional<refusal> lost;
    bool is_committed = false;
    /// Heard by the call that waits: the decision is committed, or the run is refused.
    wakeup answered;
    /// Who came after the decision and before its commit.
    std::vector<approve_reply> late;

private:
    run_approvals& of_;
};

run_approvals::~run_approvals() {
    for (const auto& [id, approval] : open_) {
        journal_.clock().disarm(*approval);
        index_.forget(user_id(), id);
    }
}

const std::string& run_approvals::user_id() const {
    return journal_.scope().key.user_id;
}

run_approvals::open_ptr run_approvals::open(approval_request asked) {
    const std::string id = asked.approval_id;
    const std::shared_ptr<run_approvals> self(journal_.shared_from_this(), this);
    if (index_.enter(user_id(), id, self) == approval_index::entry_verdict::full)
        return nullptr;
    auto approval = std::make_shared<open_approval>(*this, id, std::move(asked));
    open_.emplace(id, approval);
    unheard_.emplace(id, approval);
    return approval;
}

// Wherever its wall clock stands: what should have expired expires at once, in its own turn.
void run_approvals::reopen(approval_request asked, std::int64_t expires_ms) {
    const open_ptr approval = open(std::move(asked));
    if (!approval)
        return;
    const std::int64_t left_ms = std::max<std::int64_t>(expires_ms - journal_.clock().wall_ms(), 0);
    journal_.clock().arm(*approval, journal_.clock().now() + milliseconds(left_ms));
}

void run_approvals::recall(protocol::approval_resolved how) {
    auto approval = std::make_shared<open_approval>(*this, how.approval_id, approval_request());
    index_.settle(user_id(), how.approval_id, {how.decision, how.by});
    approval->decided = std::move(how);
    approval->is_committed = true;
    unheard_.emplace(approval->id, std::move(approval));
}

task<approval_verdict> run_approvals::ask(approval_request asked) {
    const journal_limits& limits = journal_.limits();
    const std::size_t open_max = limits.approvals_open_max;
    if (open_max != 0 && open_.size() >= open_max)
        co_return unasked{
            "approvals_open_per_run_max (" + std::to_string(open_max) + ") approvals are open"
        };
    const open_ptr approval = open(std::move(asked));
    if (!approval)
        co_return unasked{"too many approvals of this user are open"};
    protocol::approval_requested event;
    event.approval_id = approval->id;
    event.tool_call_id = approval->asked.tool_call_id;
    event.tool_name = approval->asked.tool_name;
    event.arguments = approval->asked.arguments;
    const duration timeout = limits.approval_timeout;
    event.expires_ms =
        journal_.clock().wall_ms() + std::chrono::duration_cast<milliseconds>(timeout).count();
    journal_.clock().arm(*approval, journal_.clock().now() + timeout);
    journal_.end_work();
    // Its coroutine may be cancelled meanwhile; the approval then waits for the run's closer.
    emit_verdict verdict = co_await journal_.emit(std::move(event));
    if (auto* refused = std::get_if<refusal>(&verdict)) {
        journal_.clock().disarm(*approval);
        index_.forget(user_id(), approval->id);
        open_.erase(approval->id);
        unheard_.erase(approval->id);
        co_return std::move(*refused);
    }
    co_return co_await wait(approval);
}

task<approval_verdict> run_approvals::hear(std::string approval_id) {
    const auto known = unheard_.find(approval_id);
    if (known == unheard_.end())
        co_return unasked{"the approval " + approval_id + " was lost"};
    const open_ptr approval = known->second;
    co_return co_await wait(approval);
}

// Cancelled, it leaves the decision to a later engine of the run.
task<approval_verdict> run_approvals::wait(open_ptr approval) {
    while (!approval->is_committed && !approval->lost)
        co_await approval->answered.wait();
    unheard_.erase(approval->id);
    if (approval->lost)
        co_return *approval->lost;
    const protocol::approval_resolved& how = *approval->decided;
    if (how.decision == approval_decision::allow) {
        approved allowed;
        allowed.arguments = how.arguments ? *how.arguments : approval->asked.arguments;
        co_return allowed;
    }
    not_approved refused;
    refused.decision = how.decision;
    refused.by = how.by;
    refused.note = how.note;
    co_return refused;
}

void run_approvals::resolve(
    const protocol::client::approve& asked,
    std::string by,
    const approve_reply& reply
) {
    const open_ptr approval = open_.at(asked.approval_id);
    // A run that was refused waits for its closer, which has the decision now.
    if (approval->decided || journal_.refused()) {
        approval->late.push_back(reply);
        return;
    }
    protocol::approval_resolved how =
        resolution(approval->id, approval_decision::deny, std::move(by));
    how.note = asked.note;
    if (asked.decision == protocol::client::approve_decision::allow) {
        how.decision = approval_decision::allow;
        how.arguments = asked.arguments;
    }
    if (const auto wrong = find_wrong(how, approval->asked))
        return reply(bad_request(*wrong));
    decide(approval, std::move(how), reply);
}

std::optional<protocol::field_error> run_approvals::find_wrong(
    const protocol::approval_resolved& how,
    const approval_request& asked
) const {
    const std::size_t bytes = protocol::to_json(how).size() + envelope_bytes;
    if ((how.arguments || how.note) && bytes > journal_.limits().event_bytes_max)
        return protocol::field_error{
            how.arguments ? "/arguments" : "/note",
            "is too large for an event (event_bytes_max)"
        };
    if (!how.arguments)
        return std::nullopt;
    const boost::json::value parsed = boost::json::parse(how.arguments->text);
    auto wrong = asked.check(parsed.as_object());
    if (wrong)
        wrong->pointer.insert(0, "/arguments");
    return wrong;
}

void run_approvals::decide(
    const open_ptr& approval,
    protocol::approval_resolved how,
    approve_reply reply
) {
    if (approval->decided || journal_.refused())
        return;
    journal_.clock().disarm(*approval);
    approval->decided = how;
    if (how.decision == approval_decision::allow)
        journal_.begin_work(1);
    auto done = [this, approval, reply = std::move(reply)](const emit_verdict& verdict) {
        if (const auto* why = std::get_if<refusal>(&verdict))
            refused(approval, *why, reply);
        else
            committed(approval, reply);
    };
    journal_.emit_then(std::move(how), std::move(done));
}

void run_approvals::committed(const open_ptr& approval, const approve_reply& reply) {
    open_.erase(approval->id);
    const approval_settlement settled{approval->decided->decision, approval->decided->by};
    index_.settle(user_id(), approval->id, settled);
    server::approve_result first;
    first.verdict = server::approve_verdict::resolved;
    first.by = settled.by;
    reply(first);
    for (const approve_reply& second : std::exchange(approval->late, {}))
        second(late_answer(settled));
    approval->is_committed = true;
    approval->answered.notify();
}

void run_approvals::refused(
    const open_ptr& approval,
    const refusal& why,
    const approve_reply& reply
) {
    open_.erase(approval->id);
    index_.forget(user_id(), approval->id);
    reply(storage_error(why));
    for (const approve_reply& second : std::exchange(approval->late, {}))
        second(storage_error(why));
    approval->lost = why;
    approval->answered.notify();
}

void run_approvals::give_up(const refusal& why) {
    for (const auto& [id, approval] : open_) {
        approval->lost = why;
        approval->answered.notify();
    }
}

void run_approvals::cancel_undecided() {
    for (const auto& [id, approval] : open_) {
        journal_.clock().disarm(*approval);
        if (!approval->decided)
            approval->decided = resolution(id, approval_decision::cancelled, approved_by_server);
    }
}

void run_approvals::cancelled_committed() {
    while (!open_.empty())
        committed(open_ptr(open_.begin()->second), drop_reply);
}

void run_approvals::lose(const refusal& why) {
    while (!open_.empty())
        refused(open_ptr(open_.begin()->second), why, drop_reply);
}

}  // namespace clarion::engine
