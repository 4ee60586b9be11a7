#pragma once

#include "core/async/answer.hpp"
#include "core/async/wakeup.hpp"
#include "core/engine/bridge.hpp"
#include "core/engine/closing.hpp"
#include "core/engine/event_sink.hpp"
#include "core/engine/request_scope.hpp"
#include "core/engine/run_approvals.hpp"
#include "core/engine/run_census.hpp"
#include "core/engine/run_grammar.hpp"
#include "core/engine/suspended_run.hpp"
#include "core/engine/work_checkpoint.hpp"
#include "core/failure/ledger.hpp"
#include "core/metrics/counters.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::engine {

struct journal_limits {
    /// One serialised payload.
    std::size_t event_bytes_max = 524288;
    /// Text gathers so long after a delta that went at once; 0 sends each as it comes.
    duration delta_window = std::chrono::milliseconds(25);
    /// Approvals of one run that may wait for a person at a time; 0: no cap.
    std::size_t approvals_open_max = 16;
    /// After which an approval is resolved as `expired`.
    duration approval_timeout = std::chrono::hours(24);
};

/// Text that may wait for its commit before `delta` suspends its caller.
inline constexpr std::size_t gathered_text_bytes_max = 16384;

struct sealed {};
/// The log refused the run's end: the run stays open in the log until the log can be written again.
struct unsealed {
    std::string reason;
};
/// The run has not ended: it waits for a person, and the next process takes it up.
struct left_suspended {};
using close_verdict = std::variant<sealed, unsealed, left_suspended>;

/// What stands behind a run's bridge: fields and grammar checked, text gathered, batches committed
/// in order, events counted. Each event is refused or committed, and the caller is told which.
/// Owned by the run and shared with its bridge, so that a straggler finds a closed door and not a
/// hole. The run's shard only.
class run_journal final : public std::enable_shared_from_this<run_journal> {
public:
    /// `approvals` outlives the journal. `failures`, if given, is told of each tool call that is
    /// committed as failed.
    static std::shared_ptr<run_journal> open(
        executor on,
        request_scope_ptr scope,
        event_sink& sink,
        approval_index& approvals,
        journal_limits limits = {},
        failure::ledger* failures = nullptr
    );
    run_journal(const run_journal&) = delete;
    run_journal& operator=(const run_journal&) = delete;
    ~run_journal();

    using argument_check =
        std::function<std::optional<protocol::field_error>(const boost::json::object&)>;
    /// Takes over what an earlier process left suspended, before anything else. `check_of` gives
    /// the check of a tool's arguments.
    void restore(
        suspended_run from,
        const std::function<argument_check(const std::string& tool_name)>& check_of
    );

    /// The run's only bridge, until `close_bridge`; a second one is a programmer's error.
    bridge open_bridge();
    /// The engine is gone, the run is not: what comes from that bridge is late from now on.
    void close_bridge();

    // What the bridge does, see there.
    task<emit_verdict> emit(protocol::payload event);
    task<delta_verdict> delta(std::string agent_name, std::string message_id, std::string text);
    void begin_work(std::size_t calls) { at_work_ += calls; }
    void end_work();
    run_approvals& approvals() { return approvals_; }
    bool is_current(std::uint64_t activation) const { return activation == activation_; }
    void note_late_call();
    void note_expiry(const std::string& tool_name) const;
    void keep(const work_keeper* keeper) { keeper_ = keeper; }
    /// What the present suspension's checkpoint says of the engine's work.
    work_checkpoint take_saved_work() { return std::exchange(saved_work_, {}); }
    /// The run is being cancelled: nobody decides about its approvals any more.
    void cancel_approvals() { approvals_.cancel_undecided(); }
    std::string new_id(std::string_view prefix) { return on_.owner().random().id(prefix); }

    /// `emit` for one who cannot wait: `done` is called once, for a committed event just before it
    /// is published.
    void emit_then(protocol::payload event, std::function<void(const emit_verdict&)> done);

    /// The closer: revokes the bridge, commits what must come before the terminal, then the
    /// terminal. Await it where no cancellation reaches.
    task<close_verdict> close(ending how);

    /// Ends once no other process would begin the run or take it up: the log has an event of it and
    /// does not have it suspended. Or once the log has refused an event, while it still would: then
    /// why. For any number of callers; deaf to cancellation.
    task<std::optional<refusal>> bound_to_process();

    /// The run's first refusal, if there was one.
    const std::optional<refusal>& refused() const { return refused_; }
    const run_grammar& grammar() const { return grammar_; }
    /// Calls of a revoked bridge so far.
    std::int64_t late_calls() const { return late_calls_; }
    void add_tools_ms(std::int64_t spent) { tools_ms_ += spent; }
    void add_model_time(duration spent) { model_time_ += spent; }
    void add_usage(const protocol::token_usage& more);
    const std::optional<protocol::token_usage>& used() const { return used_; }
    void note_at_work() { heard_at_ = on_.owner().now(); }

    /// When the agent was last heard: at the run's beginning, when it last emitted or was noted to
    /// be at work, or now, while it waits for the log.
    time_point heard_at() const;
    /// A `progress_update` of the run's own, about an agent that is silent. Nothing when it may not
    /// come now: the run has not begun, is being closed, or waits for the log.
    void tell_progress(std::string message);

    /// Only approvals are open, as of the last event handed in.
    bool suspended() const { return suspended_since_.has_value(); }
    /// And that is durable with all that another engine needs: this one may go.
    bool can_do_without_engine() const { return suspended() && has_checkpoint_; }
    /// How long the run has been suspended, in all.
    duration suspended_time() const;
    /// Called when `suspended` or `can_do_without_engine` has changed.
    std::function<void()> on_suspension;

    const request_scope& scope() const { return *scope_; }
    const journal_limits& limits() const { return limits_; }
    scheduler& clock() const { return on_.owner(); }

private:
    struct gathering {
        std::string agent_name;
        std::string message_id;
        std::string text;
        time_point since{};  // its first piece came
    };
    /// An agent that waits for its event to be committed is not silent.
    class waiting_emit {
    public:
        explicit waiting_emit(run_journal& in) : in_(in) { ++in_.emits_waiting_; }
        waiting_emit(const waiting_emit&) = delete;
        waiting_emit& operator=(const waiting_emit&) = delete;
        ~waiting_emit() {
            --in_.emits_waiting_;
            in_.heard_at_ = in_.on_.owner().now();
        }

    private:
        run_journal& in_;
    };
    class delta_window final : public timer_entry {
    public:
        explicit delta_window(run_journal& of) : of_(of) {}
        void expired() override { of_.flush_text(); }

    private:
        run_journal& of_;
    };

    run_journal(
        executor on,
        request_scope_ptr scope,
        event_sink& sink,
        approval_index& approvals,
        journal_limits limits,
        failure::ledger* failures
    );

    struct composed {
        run_batch batch;
        std::string text;
    };
    std::variant<composed, refusal> compose(const protocol::payload& event);
    void note_suspension(run_batch& batch);
    struct row_change {
        std::optional<protocol::run_state> state;
        bool keeps = false;  // with what another process goes on from
    };
    void note_row(const row_change& change, const batch_verdict& verdict);
    bool could_go_on_elsewhere() const;
    std::string checkpoint();
    void note_checkpoint(const batch_verdict& verdict);
    std::optional<refusal> refuse_event(const protocol::payload& event);
    refusal remember(refusal why);
    std::optional<refusal> add_event(run_batch& batch, const protocol::payload& event);
    std::optional<refusal> refuse_delta(const protocol::payload& event, const std::string& text);
    std::string add_gathered_text(run_batch& batch);
    void flush_text();
    using batch_done = std::function<void(const batch_verdict&)>;
    void submit(run_batch batch, std::string text, batch_done done);
    task<batch_verdict> commit(run_batch batch, std::string text);
    void settle(
        const std::vector<protocol::event_type>& types,
        const std::string& text,
        const batch_verdict& verdict
    );
    void report_failure(const protocol::tool_completed& call, const batch_verdict& verdict) const;
    task<close_verdict> close_with(ending how);
    run_measures measure() const;
    std::int64_t ms_since_start() const;
    void count_committed(const protocol::payload& event);

    executor on_;
    request_scope_ptr scope_;
    event_sink& sink_;
    metrics::counters& counters_;
    journal_limits limits_;
    failure::ledger* failures_;

    run_grammar grammar_;  // ahead of the log by the batches in flight
    run_census census_;    // exactly what is committed
    std::optional<refusal> refused_;
    bool revoked_ = false;
    bool bridged_ = false;
    std::uint64_t activation_ = 0;
    const work_keeper* keeper_ = nullptr;
    work_checkpoint saved_work_;
    std::int64_t late_calls_ = 0;

    gathering gathered_;
    std::size_t text_json_bytes_ = 0;
    delta_window window_{*this};
    bool text_in_flight_ = false;
    wakeup room_;

    time_point heard_at_;
    std::size_t emits_waiting_ = 0;  // of the agent, for their commit
    std::size_t in_flight_ = 0;
    std::uint64_t submitted_ = 0;  // batches so far
    wakeup idle_;
    std::optional<std::int64_t> first_event_ms_;
    std::optional<refusal> unwritten_;  // the log's first
    std::list<wakeup> log_answers_;     // of who waits until the run is bound to its process
    std::optional<std::int64_t> first_text_ms_;
    std::int64_t tools_ms_ = 0;
    duration model_time_{0};
    std::optional<protocol::token_usage> used_;

    std::size_t at_work_ = 0;  // tool calls that do not wait for a person
    std::optional<time_point> suspended_since_;
    duration suspended_time_{0};
    bool has_checkpoint_ = false;  // in the log, for the present suspension
    bool is_kept_in_log_ = false;
    std::size_t checkpoints_in_flight_ = 0;
    run_approvals approvals_;
};

}  // namespace clarion::engine
