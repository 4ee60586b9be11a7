#include "core/conversation/seal.hpp"

#include "core/async/answer.hpp"
#include "core/conversation/run_from_log.hpp"
#include "core/engine/closing.hpp"
#include "core/protocol/payload_text.hpp"

#include <optional>
#include <utility>

namespace clarion::conversation {

namespace {

task<engine::batch_verdict> commit(thread_log& log, engine::run_batch batch) {
    answer<engine::batch_verdict> verdict;
    auto done = [&verdict](const engine::batch_verdict& is) {
        verdict.set(is);
    };
    log.append(std::move(batch), done);
    co_return co_await verdict.get();
}

engine::run_measures measures_of(const engine::run_fold& state) {
    engine::run_measures measured;
    measured.execution_time_ms = state.last_timestamp_ms - state.started_ms;
    measured.census = state.census.result();
    return measured;
}

}  // namespace

task<seal_verdict> seal_run(
    storage::event_log& storage,
    thread_log& log,
    const storage::open_run& run,
    engine::run_failed why
) {
    auto folded = co_await fold_from_log(storage, log, run);
    if (auto* failed = std::get_if<fold_failed>(&folded))
        co_return seal_verdict(seal_failed{std::move(failed->reason)});
    engine::run_fold& state = std::get<engine::run_fold>(folded);
    if (state.grammar.where() == engine::run_grammar::phase::not_started)
        co_return seal_verdict(run_never_began{});

    const engine::ending how = std::move(why);
    engine::run_batch closers;
    closers.run_id = run.run_id;
    // One that was suspended waits for nobody any more, also should this process die now.
    closers.state = protocol::run_state::running;
    std::vector<protocol::payload> events = closing_events(state.grammar, how, "");
    for (const protocol::payload& event : events) {
        state.grammar.apply(event);
        closers.events.push_back(protocol::uncommitted(event));
    }
    if (!closers.events.empty()) {
        const engine::batch_verdict verdict = co_await commit(log, std::move(closers));
        const auto* committed = std::get_if<engine::batch_committed>(&verdict);
        if (committed == nullptr)
            co_return seal_verdict(seal_failed{std::get<engine::batch_refused>(verdict).reason});
        std::int64_t seq = committed->last_seq - static_cast<std::int64_t>(events.size());
        for (const protocol::payload& event : events)
            state.census.count(protocol::type_of(event), ++seq, "");
    }
    engine::run_batch last;
    last.run_id = run.run_id;
    last.state = protocol::run_state::finished;
    last.events.push_back(protocol::uncommitted(
        engine::terminal_event(state.grammar, how, run.agent, measures_of(state))
    ));
    const engine::batch_verdict verdict = co_await commit(log, std::move(last));
    if (const auto* refused = std::get_if<engine::batch_refused>(&verdict))
        co_return seal_verdict(seal_failed{refused->reason});
    const executor on = co_await asio::this_coro::executor;
    engine::count_ending(metrics::counters_of(on), how);
    co_return seal_verdict(run_sealed{});
}

}  // namespace clarion::conversation
