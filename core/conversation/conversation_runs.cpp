// A conversation's line of runs: what an earlier process left, who is next, how a run ends.
#include "core/async/sleep.hpp"
#include "core/conversation/conversation.hpp"
#include "core/conversation/run_from_log.hpp"
#include "core/conversation/seal.hpp"
#include "core/conversation/thread_history.hpp"
#include "core/protocol/payload_text.hpp"

#include <utility>

namespace clarion::conversation {

namespace server = protocol::server;
using protocol::agent_error_code;
using protocol::run_state;

namespace {

// How often a run that the log refused to end is tried again.
constexpr duration seal_retry = std::chrono::seconds(1);

}  // namespace

task<> conversation::load() {
    const storage::thread_result row = co_await services_.storage.open(log_.key());
    if (const auto* down = std::get_if<storage::unavailable>(&row)) {
        load_failure_ = down->reason;
    } else {
        const auto& known = std::get<std::optional<storage::thread_row>>(row);
        log_.load(known);
        if (known)
            for (const storage::open_run& run : known->open_runs)
                if (!load_failure_)
                    co_await recover(run);
    }
    loaded_.open();
    start_next();
}

// The crash sweep, thread by thread (PROTOCOL §4): a run that waits for a person goes on waiting,
// one that had begun is closed, one that had not is still owed to its user and gets its turn.
task<> conversation::recover(const storage::open_run& run) {
    auto waiting = std::make_shared<queued_run>();
    waiting->row = run;
    waiting->row.checkpoint.clear();
    waiting->accepted_at = on_.owner().now();
    waiting->committed = true;
    if (run.state == run_state::suspended && !run.checkpoint.empty())
        waiting->left = co_await take_up(run);
    if (run.state != run_state::queued && !waiting->left) {
        const bool has_ended = co_await close_lost(run);
        if (has_ended)
            co_return;
    }
    load_failure_ = co_await load_text(*waiting);
    if (load_failure_)
        co_return;
    // Whatever its message's place is, it was the one at work.
    if (waiting->left)
        queue_.push_front(std::move(waiting));
    else
        queue_.push(std::move(waiting));
}

// Nothing: it cannot go on, and is closed as any other.
task<std::optional<engine::suspended_run>> conversation::take_up(const storage::open_run& run) {
    using result = std::optional<engine::suspended_run>;
    auto found = co_await suspended_from_log(services_.storage, log_, run);
    if (auto* left = std::get_if<engine::suspended_run>(&found))
        co_return result(std::move(*left));
    failure::concern touched;
    touched.about = {{}, log_.key().user_id, log_.key().thread_id, run.run_id};
    report(failure::code::process_lost, touched, std::get<fold_failed>(found).reason);
    co_return result();
}

// False: nothing of it had been committed.
task<bool> conversation::close_lost(const storage::open_run& run) {
    engine::run_failed lost{
        agent_error_code::process_lost,
        "the server stopped while this run was at work",
        {}
    };
    const seal_verdict sealed = co_await seal_run(services_.storage, log_, run, std::move(lost));
    if (const auto* failed = std::get_if<seal_failed>(&sealed))
        load_failure_ = failed->reason;
    if (std::holds_alternative<run_never_began>(sealed))
        co_return false;
    failure::concern touched;
    touched.about = {{}, log_.key().user_id, log_.key().thread_id, run.run_id};
    report(failure::code::process_lost, touched, "sealed at the next start");
    co_return true;
}

// What was asked stands in the log alone.
task<std::optional<std::string>> conversation::load_text(queued_run& run) {
    using failure = std::optional<std::string>;
    storage::page_request wanted;
    wanted.key = log_.key();
    wanted.epoch = log_.epoch();
    wanted.after_seq = run.row.message_seq - 1;
    wanted.up_to_seq = run.row.message_seq;
    const storage::page_result read = co_await services_.storage.read(std::move(wanted));
    const auto* page = std::get_if<storage::page>(&read);
    if (page == nullptr || page->events.empty())
        co_return failure("the message of run " + run.row.run_id + " cannot be read");
    auto parsed =
        protocol::payload_from_json(page->events.front().type, page->events.front().payload_json);
    const auto* payload = std::get_if<protocol::payload>(&parsed);
    const auto* message =
        payload == nullptr ? nullptr : std::get_if<protocol::user_message>(payload);
    if (message == nullptr)
        co_return failure("the message of run " + run.row.run_id + " is not a user_message");
    run.text = message->text;
    run.metadata = message->metadata;
    co_return failure();
}

void conversation::start_next() {
    const queued_run_ptr front = queue_.front();
    if (working_ || !front || !front->committed || services_.draining || !may_work(*front))
        return;
    working_ = true;
    services_.tasks.spawn(work_off(shared_from_this(), front));
}

// Whoever waits for a slot is held by the wait, so that its runs are not forgotten.
bool conversation::may_work(queued_run& next) {
    const std::string& user_id = log_.key().user_id;
    if (!next.slot && next.left)
        next.slot.emplace(services_.slots.take_up(user_id));
    else if (!next.slot)
        next.slot = services_.slots.take(user_id);
    if (next.slot || waits_for_slot_)
        return next.slot.has_value();
    waits_for_slot_ = true;
    services_.slots.wait(user_id, [self = shared_from_this()] {
        self->waits_for_slot_ = false;
        self->start_next();
    });
    return false;
}

task<> conversation::work_off(std::shared_ptr<conversation> self, queued_run_ptr front) {
    co_await self->run_front(front);
    self->queue_.remove(front);
    self->working_ = false;
    self->on_changed(*self);
    self->settled_.notify();
    self->begin_title(*front);
    // Its user's other threads first: they have waited longer.
    front->slot.reset();
    self->start_next();
}

engine::request_scope_ptr conversation::scope_of(const queued_run& run) const {
    auto scope = std::make_shared<engine::request_scope>();
    scope->key = log_.key();
    scope->epoch = log_.epoch();
    scope->run_id = run.row.run_id;
    scope->message_id = run.row.message_id;
    scope->message_seq = run.row.message_seq;
    scope->agent_name = run.row.agent;
    scope->text = run.text;
    scope->metadata = run.metadata;
    scope->history_messages = log_.messages() - queue_.committed();
    scope->history = std::make_shared<thread_history>(
        services_.storage,
        log_.key(),
        log_.epoch(),
        log_.head() + 1
    );
    scope->was_queued = run.row.state == run_state::queued;
    scope->accepted_at = run.accepted_at;
    scope->started_at = on_.owner().now();
    if (run.left) {
        const std::int64_t began_before = on_.owner().wall_ms() - run.left->fold.started_ms;
        const std::int64_t queued = run.left->checkpoint.timing.queued_ms;
        scope->started_at = scope->started_at + milliseconds(-began_before);
        scope->accepted_at = scope->started_at + milliseconds(-queued);
    }
    return scope;
}

task<> conversation::run_front(queued_run_ptr front) {
    for (auto next = after_refusal::run_again; next == after_refusal::run_again;) {
        front->began_behind = log_.head();
        front->running = std::make_shared<engine::run>(
            on_,
            scope_of(*front),
            log_,
            services_.runs,
            services_.limits
        );
        if (front->left)
            front->running->take_up(*std::exchange(front->left, std::nullopt));
        if (front->stop_asked)
            (void)front->running->cancel(*front->stop_asked);
        const engine::close_verdict closed = co_await front->running->execute();
        const auto* refused = std::get_if<engine::unsealed>(&closed);
        if (refused == nullptr)
            co_return;
        tell_unsealed(front->row, refused->reason);
        sealing_ = true;
        settled_.notify();
        next = co_await seal_when_possible(front->row, refused->reason);
        sealing_ = false;
    }
}

void conversation::tell_unsealed(const storage::open_run& run, const std::string& reason) {
    failure::concern touched;
    touched.about = {{}, log_.key().user_id, log_.key().thread_id, run.run_id};
    report(failure::code::run_unsealed, touched, reason);
    server::error error;
    error.code = server::error_code::storage_unavailable;
    error.message = "the run has stopped: " + reason;
    error.retryable = true;
    subscribers_.tell_all(protocol::to_frame(error));
}

// The run stays open in the log until the log can be written again, or until the next start. A run
// of which nothing had been committed is still owed to its user.
task<conversation::after_refusal>
conversation::seal_when_possible(const storage::open_run& run, std::string reason) {
    while (!services_.draining) {
        co_await sleep_for(seal_retry);
        engine::run_failed why{agent_error_code::storage_unavailable, reason, {}};
        const seal_verdict sealed = co_await seal_run(services_.storage, log_, run, std::move(why));
        if (std::holds_alternative<run_never_began>(sealed))
            co_return after_refusal::run_again;
        if (std::holds_alternative<run_sealed>(sealed))
            break;
    }
    co_return after_refusal::done;
}

void conversation::shut_down() {
    const queued_run_ptr front = queue_.front();
    if (!front || !front->running ||
        front->running->cancel(protocol::cancel_reason::shutdown) !=
            server::cancel_verdict::accepted)
        return;
    failure::concern touched;
    touched.about = {{}, log_.key().user_id, log_.key().thread_id, front->row.run_id};
    services_.runs.failures
        .report(failure::code::drain_timeout, touched, "the run went on when the drain was over");
}

void conversation::leave_if_suspended() {
    const queued_run_ptr front = queue_.front();
    if (!front || !front->running || front->running->state() != run_state::suspended)
        return;
    if (front->running->leave() == engine::run::leave_verdict::is_at_work)
        front->running->cancel(protocol::cancel_reason::shutdown);
}

}  // namespace clarion::conversation
