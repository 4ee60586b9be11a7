// A run that waits for a person: what is kept of it, and how it is taken up again.
#include "core/agents/token_sum.hpp"
#include "core/engine/run_journal.hpp"
#include "core/metrics/own_counters.hpp"
#include "core/protocol/json_writer.hpp"

#include <chrono>
#include <utility>

namespace clarion::engine {

using protocol::run_state;

void run_journal::note_late_call() {
    ++late_calls_;
    ++counters_.late_emits;
}

void run_journal::note_expiry(const std::string& tool_name) const {
    if (failures_ != nullptr)
        failures_->log()
            .with({{}, scope_->key.user_id, scope_->key.thread_id, scope_->run_id})
            .warning("nobody decided in time whether " + tool_name + " may be called");
}

// The run's row changes with the append that suspends the run or lets it go on.
void run_journal::note_suspension(run_batch& batch) {
    const bool waits = at_work_ == 0 && !grammar_.open_approvals().empty();
    if (waits == suspended())
        return;
    batch.state = waits ? run_state::suspended : run_state::running;
    has_checkpoint_ = false;
    if (waits) {
        suspended_since_ = clock().now();
        batch.checkpoint = checkpoint();
    } else {
        suspended_time_ += clock().now() - *suspended_since_;
        suspended_since_.reset();
    }
    if (on_suspension)
        on_suspension();
}

duration run_journal::suspended_time() const {
    if (!suspended_since_)
        return suspended_time_;
    return suspended_time_ + (clock().now() - *suspended_since_);
}

// Empty: the run needs the engine it has.
std::string run_journal::checkpoint() {
    auto work = keeper_ == nullptr ? std::nullopt : keeper_->save();
    if (!work)
        return {};
    run_checkpoint kept;
    const duration working = on_.owner().now() - scope_->started_at - suspended_time_;
    kept.working_ms = std::chrono::duration_cast<milliseconds>(working).count();
    kept.timing = measure().timing;
    kept.timing.tools_ms += work->tools_ms;
    kept.usage = used_;
    kept.work = *work;
    saved_work_ = *std::move(work);
    std::string text = protocol::to_json(kept);
    return text.size() > checkpoint_bytes_max ? std::string() : text;
}

// A decision may have come while it was on its way.
void run_journal::note_checkpoint(const batch_verdict& verdict) {
    if (!std::holds_alternative<batch_committed>(verdict) || !suspended())
        return;
    has_checkpoint_ = true;
    if (on_suspension)
        on_suspension();
}

void run_journal::note_row(const row_change& change, const batch_verdict& verdict) {
    checkpoints_in_flight_ -= change.keeps ? 1U : 0U;
    if (change.state && std::holds_alternative<batch_committed>(verdict))
        is_kept_in_log_ = change.keeps;
}

bool run_journal::could_go_on_elsewhere() const {
    return !first_event_ms_ || is_kept_in_log_ || checkpoints_in_flight_ > 0;
}

task<std::optional<refusal>> run_journal::bound_to_process() {
    const auto place = log_answers_.emplace(log_answers_.end());
    while (could_go_on_elsewhere() && !unwritten_)
        co_await place->wait_to_the_end();
    log_answers_.erase(place);
    co_return could_go_on_elsewhere() ? unwritten_ : std::nullopt;
}

void run_journal::restore(
    suspended_run from,
    const std::function<argument_check(const std::string&)>& check_of
) {
    grammar_ = std::move(from.fold.grammar);
    census_ = std::move(from.fold.census);
    if (grammar_.text())
        text_json_bytes_ = protocol::json_string_bytes(grammar_.text()->text);
    const protocol::run_timing& timing = from.checkpoint.timing;
    first_event_ms_ = timing.first_event_ms;
    first_text_ms_ = timing.first_text_ms;
    tools_ms_ = timing.tools_ms;
    model_time_ = milliseconds(timing.model_ms);
    used_ = from.checkpoint.usage;
    const time_point now = on_.owner().now();
    suspended_since_ = now;
    suspended_time_ = (now - scope_->started_at) - milliseconds(from.checkpoint.working_ms);
    has_checkpoint_ = true;
    is_kept_in_log_ = true;
    for (protocol::approval_resolved& how : from.fold.decided)
        approvals_.recall(std::move(how));
    for (const auto& [approval_id, call] : grammar_.open_approvals()) {
        approval_request asked;
        asked.approval_id = approval_id;
        asked.tool_call_id = call.tool_call_id;
        asked.tool_name = call.tool_name;
        asked.arguments.text = call.arguments;
        asked.check = check_of(call.tool_name);
        approvals_.reopen(std::move(asked), call.expires_ms);
    }
}

void run_journal::add_usage(const protocol::token_usage& more) {
    agents::add(used_, more);
}

}  // namespace clarion::engine
