#include "core/engine/run.hpp"

#include "core/engine/work_list.hpp"
#include "core/failure/coroutine_dump.hpp"
#include "core/protocol/own_names.hpp"
#include "core/trace/mark.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace clarion::engine {

using protocol::agent_error_code;

namespace {

agent_error_code error_of(refusal::cause why) {
    switch (why) {
        case refusal::cause::too_large:
            return agent_error_code::too_large;
        case refusal::cause::storage:
            return agent_error_code::storage_unavailable;
        default:
            return agent_error_code::invalid_event;
    }
}

// The server's own runs begin and end all day.
failure::severity severity_of(const request_scope& scope) {
    return protocol::is_own_name(scope.key.user_id) ? failure::severity::debug
                                                    : failure::severity::info;
}

failure::code failure_of(refusal::cause why) {
    switch (why) {
        case refusal::cause::too_large:
            return failure::code::event_too_large;
        case refusal::cause::storage:
            return failure::code::storage_unavailable;
        default:
            return failure::code::invalid_event;
    }
}

std::string in_seconds(duration time) {
    const auto seconds = std::chrono::round<std::chrono::seconds>(time);
    return std::to_string(seconds.count()) + " s";
}

/// An agent that gave up because of its model. What its tools failed in is told with their events.
std::optional<failure::code> failure_of(agent_error_code given_up) {
    switch (given_up) {
        case agent_error_code::model_unavailable:
            return failure::code::model_unavailable;
        case agent_error_code::model_error:
            return failure::code::model_error;
        case agent_error_code::model_timeout:
            return failure::code::model_timeout;
        case agent_error_code::context_truncated:
            return failure::code::context_truncated;
        default:
            return std::nullopt;
    }
}

}  // namespace

/// What the run and its engine's coroutine share; the coroutine may outlive the run.
struct run::body {
    std::shared_ptr<wakeup> change;
    std::optional<agents::outcome> outcome;
    std::optional<std::string> failure;
    std::int64_t tools_ms = 0;
    bool ended = false;
    bool let_go = false;    // for the time in which the run is suspended
    bool given_up = false;  // the run goes on without it
};

/// What the engine's coroutine holds its body by: its end is the body's end, however it came, also
/// by a cancel before its first turn.
class run::hold {
public:
    explicit hold(std::shared_ptr<body> of) : of_(std::move(of)) {}
    hold(hold&& from) noexcept = default;
    hold& operator=(hold&&) = delete;
    ~hold() {
        if (!of_)
            return;
        of_->ended = true;
        of_->change->notify();
    }
    body* operator->() const { return of_.get(); }

private:
    std::shared_ptr<body> of_;
};

run::run(
    executor on,
    request_scope_ptr scope,
    event_sink& sink,
    run_services services,
    run_limits limits
)
    : on_(on),
      scope_(std::move(scope)),
      services_(services),
      limits_(limits),
      journal_(run_journal::open(
          on,
          scope_,
          sink,
          services.approvals,
          limits.journal,
          &services.failures
      )),
      body_(std::make_shared<body>()),
      change_(std::make_shared<wakeup>()),
      silence_(limits.silence) {
    body_->change = change_;
    journal_->on_suspension = [change = change_] {
        change->notify();
    };
}

void run::take_up(suspended_run left) {
    kept_ = left.checkpoint.work;
    const engine_factory& factory = services_.factory;
    journal_->restore(std::move(left), [&factory](const std::string& tool_name) {
        return factory.check_of(tool_name);
    });
}

task<close_verdict> run::execute() {
    const failure::logger log = services_.failures.log().with(about());
    log.write(
        severity_of(*scope_),
        (kept_ ? "the run is taken up: " : "the run begins: ") + scope_->agent_name
    );
    trace::tag_coroutine("run", scope_->run_id);
    if (!kept_)  // what it called before is not in this recording
        trace::mark("run_began", scope_->run_id);
    const std::optional<ending> how = co_await work_to_the_end();
    ending_ = true;
    left_ = !how;
    if (!how) {
        log.write(severity_of(*scope_), "the run stays suspended");
        co_return close_verdict(left_suspended());
    }
    close_verdict closed = co_await journal_->close(*how);
    if (std::holds_alternative<sealed>(closed)) {
        completed_ = std::holds_alternative<run_completed>(*how);
        log_end(*how, log);
    }
    co_return closed;
}

std::optional<std::string> run::answer() const {
    if (!completed_)
        return std::nullopt;
    return journal_->grammar().message()->text;
}

run::leave_verdict run::leave() {
    if (!journal_->can_do_without_engine() || cancelled_)
        return leave_verdict::is_at_work;
    leaving_ = true;
    change_->notify();
    return leave_verdict::leaves;
}

protocol::server::cancel_verdict run::cancel(protocol::cancel_reason reason) {
    if (ending_ || (body_->ended && !body_->let_go))
        return protocol::server::cancel_verdict::too_late;
    if (!cancelled_)
        cancelled_ = reason;
    journal_->cancel_approvals();
    change_->notify();
    return protocol::server::cancel_verdict::accepted;
}

// Activation by activation, as long as it is suspended in between. Nothing: it stays suspended.
task<std::optional<ending>> run::work_to_the_end() {
    std::optional<ending> how;
    while (!how && (cancelled_ || !leaving_ || !journal_->can_do_without_engine())) {
        if (journal_->can_do_without_engine())
            co_await wait_for_person();
        if (cancelled_)
            co_return ending(run_cancelled{*cancelled_});
        if (!journal_->can_do_without_engine())
            how = co_await activate();
    }
    co_return how;
}

task<> run::wait_for_person() {
    while (journal_->can_do_without_engine() && !cancelled_ && !leaving_)
        co_await change_->wait();
}

task<std::optional<ending>> run::activate() {
    using result = std::optional<ending>;
    std::unique_ptr<engine> made;
    std::optional<std::string> failure;
    body_ = std::make_shared<body>();
    body_->change = change_;
    try {
        made = services_.factory.make(
            scope_,
            journal_->open_bridge(),
            services_.bodies,
            std::exchange(kept_, std::nullopt)
        );
    } catch (const std::exception& error) {
        failure = error.what();
    }
    if (failure) {
        report(failure::code::engine_unavailable, *failure);
        co_return result(run_failed{agent_error_code::internal, *std::move(failure), std::nullopt});
    }
    limits_.deadline = std::min(limits_.deadline, made->deadline().value_or(limits_.deadline));
    const task_group::child engine =
        services_.bodies.spawn(drive(scope_, std::move(made), hold(body_)));
    result how = co_await wait_for(body_, engine);
    journal_->add_tools_ms(body_->tools_ms);
    co_return how;
}

// The run's boundary: one of the four places where exceptions are caught.
task<> run::drive(request_scope_ptr scope, std::unique_ptr<engine> engine, hold state) {
    const executor on = co_await asio::this_coro::executor;
    const work_list::place listed(on, scope, scope->agent_name, state->given_up);
    try {
        state->outcome = co_await engine->run();
    } catch (const std::exception& error) {
        state->failure = error.what();
    } catch (...) {
        state->failure = "the agent threw something that is not an exception";
    }
    state->tools_ms = engine->tools_ms();
    engine.reset();
}

// Its engine has nothing more to do for it.
bool run::is_over(const body& state) const {
    return state.ended || cancelled_ || journal_->can_do_without_engine() ||
           on_.owner().now() >= ends_by();
}

// Nothing: the engine was let go, because the run is suspended.
task<std::optional<ending>> run::wait_for(std::shared_ptr<body> state, task_group::child engine) {
    using result = std::optional<ending>;
    while (!is_over(*state)) {
        if (on_.owner().now() >= silence_due())
            tell_silence();
        co_await change_->wait_until(std::min(ends_by(), silence_due()));
    }
    if (state->ended && !cancelled_)
        co_return result(ending_of(*state));
    if (!cancelled_ && journal_->can_do_without_engine()) {
        kept_ = journal_->take_saved_work();
        state->let_go = true;
        journal_->close_bridge();
        co_await stop(state, engine);
        co_return result();
    }
    if (!cancelled_)
        failure::dump_coroutines(
            services_.failures.log().with(about()),
            "the run passes its deadline, and this is what it waits for",
            scope_->run_id
        );
    co_await stop(state, engine);
    if (cancelled_)
        co_return result(run_cancelled{*cancelled_});
    std::string why = "the run did not end within " + in_seconds(limits_.deadline);
    report(failure::code::run_deadline, why);
    co_return result(run_failed{agent_error_code::deadline, std::move(why), std::nullopt});
}

// Waits a little for what is told to stop; what goes on all the same is left to itself.
task<> run::stop(std::shared_ptr<body> state, task_group::child engine) {
    engine.cancel();
    const time_point grace_ends = on_.owner().now() + limits_.cancel_grace;
    while (!state->ended && on_.owner().now() < grace_ends)
        co_await change_->wait_until(grace_ends);
    if (state->ended)
        co_return;
    state->given_up = true;
    ++metrics::counters_of(on_).stragglers;
    report(failure::code::straggler, "the agent goes on after its run was ended");
}

// A suspended run waits for a person: that is no silence of its agent.
time_point run::silence_due() {
    return journal_->suspended() ? time_point::never() : silence_.due(journal_->heard_at());
}

// In the turn in which neither its end nor a cancel has been heard of, so that it can only come
// before what ends the run.
void run::tell_silence() {
    const silence_watch::told said = silence_.tell(on_.owner().now());
    const std::string silent = "nothing has come from the agent for " + in_seconds(said.lasted);
    const duration left = ends_by() - on_.owner().now();
    journal_->tell_progress(silent + "; the run is ended in " + in_seconds(left));
    if (said.is_first) {
        ++metrics::counters_of(on_).silences;
        report(failure::code::run_silent, silent);
    }
}

// The deadline of a suspended run stands still (PROTOCOL §4).
time_point run::ends_by() const {
    if (journal_->suspended())
        return time_point::never();
    return scope_->started_at + limits_.deadline + journal_->suspended_time();
}

protocol::run_state run::state() const {
    return journal_->suspended() ? protocol::run_state::suspended : protocol::run_state::running;
}

ending run::ending_of(const body& state) const {
    if (const auto& refused = journal_->refused()) {
        report(failure_of(refused->why), refused->message);
        return run_failed{error_of(refused->why), refused->message, std::nullopt};
    }
    if (state.failure) {
        report(failure::code::internal_run, *state.failure);
        return run_failed{agent_error_code::internal, *state.failure, std::nullopt};
    }
    if (const auto* failed = std::get_if<agents::failed>(&*state.outcome)) {
        if (const auto what = failure_of(failed->code))
            report(*what, failed->message);
        return run_failed{failed->code, failed->message, failed->usage};
    }
    if (const auto* completed = std::get_if<agents::completed>(&*state.outcome))
        return run_completed{completed->usage};
    return run_failed{
        agent_error_code::internal,
        "the agent stopped though nothing was refused",
        std::nullopt
    };
}

failure::context run::about() const {
    return {{}, scope_->key.user_id, scope_->key.thread_id, scope_->run_id};
}

// Never what the agent said: its words may be the user's.
void run::log_end(const ending& how, const failure::logger& log) const {
    const duration took = on_.owner().now() - scope_->started_at;
    const auto ms = std::chrono::duration_cast<milliseconds>(took).count();
    const std::string after = " after " + std::to_string(ms) + " ms";
    std::string said = "agent_completed";
    if (const auto* failed = std::get_if<run_failed>(&how))
        said = "agent_error " + std::string(name_of(failed->code));
    else if (const auto* cancelled = std::get_if<run_cancelled>(&how))
        said = "agent_cancelled " + std::string(name_of(cancelled->reason));
    log.write(severity_of(*scope_), "the run ends: " + said + after);
}

void run::report(failure::code what, std::string_view detail, std::source_location from) const {
    failure::concern touched;
    touched.about = about();
    services_.failures.report(what, touched, detail, from);
}

}  // namespace clarion::engine
