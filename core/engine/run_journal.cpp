#include "core/engine/run_journal.hpp"

#include "core/metrics/own_counters.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/trace/mark.hpp"

#include <utility>

namespace clarion::engine {

using namespace protocol;

namespace {

// Between a text's own bytes and those of the event that carries it whole.
constexpr std::size_t envelope_bytes = 1024;

// What the run itself commits, never its agent.
bool belongs_to_run(event_type type) {
    return type == event_type::user_message || type == event_type::run_queued || is_terminal(type);
}

emit_verdict verdict_of(const batch_verdict& verdict) {
    if (const auto* refused = std::get_if<batch_refused>(&verdict))
        return refusal{refusal::cause::storage, refused->reason};
    return emitted{std::get<batch_committed>(verdict).last_seq};
}

std::string describe(event_type type, const field_error& error) {
    return std::string(traits_of(type).name) + error.pointer + " " + error.reason;
}

}  // namespace

std::shared_ptr<run_journal> run_journal::open(
    executor on,
    request_scope_ptr scope,
    event_sink& sink,
    approval_index& approvals,
    journal_limits limits,
    failure::ledger* failures
) {
    return std::shared_ptr<run_journal>(
        new run_journal(on, std::move(scope), sink, approvals, limits, failures)
    );
}

run_journal::run_journal(
    executor on,
    request_scope_ptr scope,
    event_sink& sink,
    approval_index& approvals,
    journal_limits limits,
    failure::ledger* failures
)
    : on_(on),
      scope_(std::move(scope)),
      sink_(sink),
      counters_(metrics::counters_of(on, scope_->key.user_id)),
      limits_(limits),
      failures_(failures),
      heard_at_(on.owner().now()),
      approvals_(*this, approvals) {}

run_journal::~run_journal() {
    on_.owner().disarm(window_);
}

bridge run_journal::open_bridge() {
    CLARION_ASSERT(!std::exchange(bridged_, true));
    return bridge(shared_from_this(), activation_);
}

void run_journal::close_bridge() {
    bridged_ = false;
    keeper_ = nullptr;
    ++activation_;
}

refusal run_journal::remember(refusal why) {
    if (!refused_) {
        refused_ = why;
        approvals_.give_up(why);
    }
    return why;
}

std::optional<refusal> run_journal::refuse_event(const payload& event) {
    if (revoked_) {
        note_late_call();
        return refusal{refusal::cause::revoked, "the run has ended"};
    }
    if (refused_)
        return refused_;
    auto error = check_payload(event);
    if (!error && belongs_to_run(type_of(event)))
        error = field_error{"", "is for the run to emit, not for its agent"};
    if (!error)
        error = grammar_.check(event);
    if (error)
        return remember({refusal::cause::invalid_event, describe(type_of(event), *error)});
    return std::nullopt;
}

std::optional<refusal> run_journal::add_event(run_batch& batch, const payload& event) {
    protocol::event added = uncommitted(event);
    if (added.payload_json.size() > limits_.event_bytes_max) {
        return remember(
            {refusal::cause::too_large,
             std::string(traits_of(added.type).name) + " has " +
                 std::to_string(added.payload_json.size()) + " bytes, more than event_bytes_max (" +
                 std::to_string(limits_.event_bytes_max) + ")"}
        );
    }
    if (added.type == event_type::agent_started && scope_->was_queued)
        batch.state = run_state::running;
    batch.events.push_back(std::move(added));
    return std::nullopt;
}

std::string run_journal::add_gathered_text(run_batch& batch) {
    if (gathered_.text.empty())
        return {};
    text_delta delta{gathered_.agent_name, gathered_.message_id, std::exchange(gathered_.text, {})};
    batch.events.push_back(uncommitted(delta));
    room_.notify();
    return std::move(delta.delta);
}

void run_journal::submit(run_batch batch, std::string text, batch_done done) {
    batch.run_id = scope_->run_id;
    std::vector<event_type> types;
    for (const protocol::event& event : batch.events)
        types.push_back(event.type);
    ++in_flight_;
    const row_change row{batch.state, !batch.checkpoint.empty()};
    checkpoints_in_flight_ += row.keeps ? 1U : 0U;
    const std::uint64_t number = ++submitted_;
    trace::mark("emit", scope_->run_id, number);
    auto settle = [self = shared_from_this(),
                   number,
                   types = std::move(types),
                   text = std::move(text),
                   row,
                   done = std::move(done)](const batch_verdict& verdict) {
        trace::mark("outcome", self->scope_->run_id, number);
        self->note_row(row, verdict);
        self->settle(types, text, verdict);
        done(verdict);
        if (row.keeps)
            self->note_checkpoint(verdict);
    };
    sink_.append(std::move(batch), std::move(settle));
}

void run_journal::settle(
    const std::vector<event_type>& types,
    const std::string& text,
    const batch_verdict& verdict
) {
    if (--in_flight_ == 0)
        idle_.notify();
    for (wakeup& waiting : log_answers_)
        waiting.notify();
    if (const auto* refused = std::get_if<batch_refused>(&verdict)) {
        const refusal why = remember({refusal::cause::storage, refused->reason});
        if (!unwritten_)
            unwritten_ = why;
        room_.notify();
        return;
    }
    std::int64_t seq =
        std::get<batch_committed>(verdict).last_seq - static_cast<std::int64_t>(types.size());
    for (const event_type type : types) {
        const bool is_text = type == event_type::text_delta;
        census_.count(type, ++seq, is_text ? std::string_view(text) : std::string_view());
        if (is_text && !first_text_ms_)
            first_text_ms_ = ms_since_start();
    }
    if (!first_event_ms_)
        first_event_ms_ = ms_since_start();
}

task<batch_verdict> run_journal::commit(run_batch batch, std::string text) {
    answer<batch_verdict> verdict;
    submit(std::move(batch), std::move(text), [&verdict](const batch_verdict& is) {
        verdict.set(is);
    });
    co_return co_await verdict.get();
}

std::variant<run_journal::composed, refusal> run_journal::compose(const payload& event) {
    if (auto no = refuse_event(event))
        return *std::move(no);
    heard_at_ = on_.owner().now();
    composed made;
    made.batch.events.reserve(2);
    made.batch.emitted_at = heard_at_;
    made.text = add_gathered_text(made.batch);
    if (auto no = add_event(made.batch, event)) {
        // The text before it is legal and stays.
        gathered_.text = std::move(made.text);
        return *std::move(no);
    }
    grammar_.apply(event);
    note_suspension(made.batch);
    return made;
}

task<emit_verdict> run_journal::emit(payload event) {
    auto made = compose(event);
    if (auto* no = std::get_if<refusal>(&made))
        co_return std::move(*no);
    auto& [batch, text] = std::get<composed>(made);
    const waiting_emit waits(*this);
    const batch_verdict verdict = co_await commit(std::move(batch), std::move(text));
    if (std::holds_alternative<batch_committed>(verdict))
        count_committed(event);
    if (const auto* call = std::get_if<tool_completed>(&event))
        report_failure(*call, verdict);
    co_return verdict_of(verdict);
}

// What an agent makes of it is its own affair; whoever operates the server learns of it here.
void run_journal::report_failure(const tool_completed& call, const batch_verdict& verdict) const {
    const auto* committed = std::get_if<batch_committed>(&verdict);
    const bool late = call.outcome == tool_outcome::timeout;
    const bool failed = late || call.outcome == tool_outcome::error;
    if (failures_ == nullptr || committed == nullptr || !failed)
        return;
    failure::concern touched;
    touched.about = {{}, scope_->key.user_id, scope_->key.thread_id, scope_->run_id};
    touched.seq = committed->last_seq;
    failures_->report(
        late ? failure::code::tool_timeout : failure::code::tool_failed,
        touched,
        call.tool_name + ": " + call.error.value_or("")
    );
}

void run_journal::emit_then(payload event, std::function<void(const emit_verdict&)> done) {
    auto made = compose(event);
    if (const auto* no = std::get_if<refusal>(&made))
        return done(*no);
    auto& [batch, text] = std::get<composed>(made);
    submit(
        std::move(batch),
        std::move(text),
        [done = std::move(done)](const batch_verdict& verdict) { done(verdict_of(verdict)); }
    );
}

void run_journal::end_work() {
    CLARION_ASSERT(at_work_ > 0);
    --at_work_;
}

task<delta_verdict>
run_journal::delta(std::string agent_name, std::string message_id, std::string text) {
    if (text.empty())
        co_return gathered{};
    const payload event = text_delta{agent_name, message_id, text};
    if (auto no = refuse_delta(event, text))
        co_return *std::move(no);
    grammar_.apply(event);
    if (gathered_.text.empty())
        gathered_.since = on_.owner().now();
    gathered_.agent_name = std::move(agent_name);
    gathered_.message_id = std::move(message_id);
    gathered_.text += text;
    if (!window_.armed())
        flush_text();
    while (gathered_.text.size() >= gathered_text_bytes_max && !refused_ && !revoked_)
        co_await room_.wait();
    if (refused_)
        co_return *refused_;
    co_return gathered{};
}

std::optional<refusal> run_journal::refuse_delta(const payload& event, const std::string& text) {
    if (auto no = refuse_event(event))
        return no;
    if (!grammar_.text())
        text_json_bytes_ = 0;
    text_json_bytes_ += json_string_bytes(text);
    if (text_json_bytes_ + envelope_bytes <= limits_.event_bytes_max)
        return std::nullopt;
    return remember(
        {refusal::cause::too_large,
         "the answer grows beyond event_bytes_max (" + std::to_string(limits_.event_bytes_max) +
             " bytes)"}
    );
}

// One batch of text is on its way at a time, and at most one a window.
void run_journal::flush_text() {
    if (text_in_flight_ || gathered_.text.empty() || refused_)
        return;
    run_batch batch;
    batch.emitted_at = gathered_.since;
    std::string text = add_gathered_text(batch);
    text_in_flight_ = true;
    heard_at_ = on_.owner().now();
    if (limits_.delta_window > duration::zero())
        on_.owner().arm(window_, heard_at_ + limits_.delta_window);
    submit(std::move(batch), std::move(text), [this](const batch_verdict&) {
        text_in_flight_ = false;
        heard_at_ = on_.owner().now();
        if (!window_.armed())
            flush_text();
    });
}

task<close_verdict> run_journal::close(ending how) {
    revoked_ = true;
    approvals_.cancel_undecided();
    room_.notify();
    on_.owner().disarm(window_);
    while (in_flight_ > 0)
        co_await idle_.wait_to_the_end();
    if (refused_ && refused_->why == refusal::cause::storage) {
        approvals_.lose(*refused_);
        co_return unsealed{refused_->message};
    }
    co_return co_await close_with(std::move(how));
}

task<close_verdict> run_journal::close_with(ending how) {
    run_batch closers;
    std::string text = add_gathered_text(closers);
    const std::vector<payload> closing = closing_events(grammar_, how, new_id("m_"));
    for (const payload& event : closing) {
        grammar_.apply(event);
        closers.events.push_back(uncommitted(event));
    }
    note_suspension(closers);
    if (!closers.events.empty()) {
        const batch_verdict verdict = co_await commit(std::move(closers), std::move(text));
        if (const auto* refused = std::get_if<batch_refused>(&verdict)) {
            approvals_.lose({refusal::cause::storage, refused->reason});
            co_return unsealed{refused->reason};
        }
        for (const payload& event : closing)
            count_committed(event);
        approvals_.cancelled_committed();
    }
    const payload terminal = terminal_event(grammar_, how, scope_->agent_name, measure());
    CLARION_ASSERT(!grammar_.check(terminal));
    grammar_.apply(terminal);
    run_batch last;
    last.state = run_state::finished;
    last.events.push_back(uncommitted(terminal));
    const batch_verdict verdict = co_await commit(std::move(last), {});
    if (const auto* refused = std::get_if<batch_refused>(&verdict))
        co_return unsealed{refused->reason};
    count_ending(counters_, how);
    trace::mark("run_closed", scope_->run_id);
    co_return sealed{};
}

// What the store has counted by type is counted here by what it says.
void run_journal::count_committed(const payload& event) {
    if (const auto* call = std::get_if<tool_executing>(&event))
        trace::mark("tool_executing", call->tool_call_id, trace::key_of(scope_->run_id));
    if (const auto* call = std::get_if<tool_completed>(&event)) {
        trace::mark("tool_completed", call->tool_call_id, trace::key_of(scope_->run_id));
        counters_.tool_calls.add(call->outcome);
    }
    if (!std::holds_alternative<agent_started>(event))
        return;
    ++counters_.runs_started;
    if (!scope_->was_queued)
        counters_.message_to_started_us.add(metrics::in_us(on_.owner().now() - scope_->accepted_at)
        );
}

std::int64_t run_journal::ms_since_start() const {
    const duration since = on_.owner().now() - scope_->started_at;
    return std::chrono::duration_cast<milliseconds>(since).count();
}

run_measures run_journal::measure() const {
    const duration queued = scope_->started_at - scope_->accepted_at;
    return {
        .execution_time_ms = ms_since_start(),
        .timing =
            {
                .queued_ms = std::chrono::duration_cast<milliseconds>(queued).count(),
                .first_event_ms = first_event_ms_.value_or(0),
                .first_text_ms = first_text_ms_,
                .model_ms = std::chrono::duration_cast<milliseconds>(model_time_).count(),
                .tools_ms = tools_ms_,
            },
        .census = census_.result(),
        .usage = used_,
    };
}

}  // namespace clarion::engine
