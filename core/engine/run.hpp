#pragma once

#include "core/async/task_group.hpp"
#include "core/engine/ending.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/engine/run_journal.hpp"
#include "core/engine/silence_watch.hpp"
#include "core/engine/suspended_run.hpp"
#include "core/failure/ledger.hpp"

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>

namespace clarion::engine {

/// What every run of a shard works with; all of it outlives them.
struct run_services {
    const engine_factory& factory;
    /// Owns the engine's coroutine and the tool calls: what ignores a cancel becomes a straggler
    /// there and holds nothing up.
    task_group& bodies;
    failure::ledger& failures;
    approval_index& approvals;
};

struct run_limits {
    journal_limits journal;
    /// From the run's start to its forced end, not counting the time in which it is suspended.
    duration deadline = std::chrono::minutes(10);
    /// After so long without an event the user is told, by `progress_update`; 0: never.
    duration silence = std::chrono::seconds(30);
    /// What a cancelled run gets to end by itself.
    duration cancel_grace = std::chrono::milliseconds(50);
};

/// One run from its first event to its terminal. The thread's shard only.
class run {
public:
    run(executor on,
        request_scope_ptr scope,
        event_sink& sink,
        run_services services,
        run_limits limits);

    /// The run goes on from what an earlier process left of it. Before `execute`.
    void take_up(suspended_run left);

    /// Starts the engine and waits for its end, a cancel or the deadline; then closes the run. A
    /// run that waits for a person lets its engine go and makes another one when it goes on.
    /// Throws nothing an agent can cause. Await it where no cancellation reaches.
    task<close_verdict> execute();

    /// Ends `execute` with `left_suspended` if the run is suspended in the log: the next process
    /// takes it up.
    enum class leave_verdict : std::uint8_t { leaves, is_at_work };
    leave_verdict leave();

    /// Asks the run to end. The first reason counts; after the engine's end it is too late, and
    /// the answer is `too_late`.
    protocol::server::cancel_verdict cancel(protocol::cancel_reason reason);

    /// Ends once the run would end with this process, or the log has refused that: then why. One of
    /// which the log has no event yet, or which it has as suspended, goes on when the server has
    /// died, and knows nothing of its cancel.
    task<std::optional<refusal>> bound_to_process() { return journal_->bound_to_process(); }

    /// What it has said last, once it has completed.
    std::optional<std::string> answer() const;

    /// It was left suspended to the next process, which can still cancel it.
    bool has_left() const { return left_; }

    const request_scope& scope() const { return *scope_; }
    /// What is open in it.
    const run_grammar& grammar() const { return journal_->grammar(); }
    /// `running` or `suspended`.
    protocol::run_state state() const;

private:
    struct body;
    class hold;
    static task<> drive(request_scope_ptr scope, std::unique_ptr<engine> engine, hold state);
    task<std::optional<ending>> work_to_the_end();
    task<std::optional<ending>> activate();
    task<> wait_for_person();
    task<std::optional<ending>> wait_for(std::shared_ptr<body> state, task_group::child engine);
    task<> stop(std::shared_ptr<body> state, task_group::child engine);
    bool is_over(const body& state) const;
    time_point ends_by() const;
    time_point silence_due();
    void tell_silence();
    ending ending_of(const body& state) const;
    void report(
        failure::code what,
        std::string_view detail,
        std::source_location from = std::source_location::current()
    ) const;
    failure::context about() const;
    void log_end(const ending& how, const failure::logger& log) const;

    executor on_;
    request_scope_ptr scope_;
    run_services services_;
    run_limits limits_;
    std::shared_ptr<run_journal> journal_;
    std::shared_ptr<body> body_;
    std::optional<protocol::cancel_reason> cancelled_;
    /// Heard by `execute`: the engine has ended, a cancel was asked for, the run is suspended or
    /// not any more. Shared with what may outlive the run.
    std::shared_ptr<wakeup> change_;
    std::optional<work_checkpoint> kept_;  // of the engine that was let go
    silence_watch silence_;
    bool leaving_ = false;
    bool ending_ = false;
    bool left_ = false;
    bool completed_ = false;
};

}  // namespace clarion::engine
