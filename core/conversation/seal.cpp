#include "core/conversation/seal.hpp"

#include "core/async/answer.hpp"
#include "core/engine/closing.hpp"
#include "core/engine/run_census.hpp"
#include "core/engine/run_grammar.hpp"
#include "core/protocol/payload_text.hpp"

#include <optional>
#include <utility>

namespace clarion::conversation {

namespace {

/// A run's state, folded from its committed events.
struct run_fold {
    engine::run_grammar grammar;
    engine::run_census census;
    std::int64_t last_timestamp_ms = 0;
    std::int64_t started_ms = 0;
};

// Why the event does not fit, or nothing.
std::optional<std::string> fold(run_fold& state, const protocol::event& event) {
    auto parsed = protocol::payload_from_json(event.type, event.payload_json);
    if (const auto* wrong = std::get_if<protocol::field_error>(&parsed))
        return "event " + std::to_string(event.seq) + wrong->pointer + " " + wrong->reason;
    const auto& payload = std::get<protocol::payload>(parsed);
    if (state.grammar.where() == engine::run_grammar::phase::not_started)
        state.started_ms = event.timestamp_ms;
    const auto* delta = std::get_if<protocol::text_delta>(&payload);
    state.census.count(event.type, event.seq, delta == nullptr ? "" : delta->delta);
    state.grammar.apply(payload);
    state.last_timestamp_ms = event.timestamp_ms;
    return std::nullopt;
}

bool belongs_to_run(const protocol::event& event, const std::string& run_id) {
    return event.run_id == run_id && event.type != protocol::event_type::user_message &&
           event.type != protocol::event_type::run_queued;
}

task<std::variant<run_fold, seal_failed>>
fold_from_log(storage::event_log& storage, const thread_log& log, const storage::open_run& run) {
    using result = std::variant<run_fold, seal_failed>;
    run_fold state;
    std::int64_t cursor = run.message_seq;
    while (cursor < log.head()) {
        storage::page_request wanted;
        wanted.key = log.key();
        wanted.epoch = log.epoch();
        wanted.after_seq = cursor;
        wanted.up_to_seq = log.head();
        const storage::page_result read = co_await storage.read(std::move(wanted));
        if (const auto* down = std::get_if<storage::unavailable>(&read))
            co_return result(seal_failed{down->reason});
        const auto& events = std::get<storage::page>(read).events;
        if (events.empty())
            co_return result(seal_failed{"the log ends before its own head"});
        for (const protocol::event& event : events)
            if (belongs_to_run(event, run.run_id))
                if (auto wrong = fold(state, event))
                    co_return result(seal_failed{*std::move(wrong)});
        cursor = events.back().seq;
    }
    co_return result(std::move(state));
}

task<engine::batch_verdict> commit(thread_log& log, engine::run_batch batch) {
    answer<engine::batch_verdict> verdict;
    auto done = [&verdict](const engine::batch_verdict& is) {
        verdict.set(is);
    };
    log.append(std::move(batch), done);
    co_return co_await verdict.get();
}

engine::run_measures measures_of(const run_fold& state) {
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
    if (auto* failed = std::get_if<seal_failed>(&folded))
        co_return seal_verdict(std::move(*failed));
    run_fold& state = std::get<run_fold>(folded);
    if (state.grammar.where() == engine::run_grammar::phase::not_started)
        co_return seal_verdict(run_never_began{});

    const engine::ending how = std::move(why);
    engine::run_batch closers;
    closers.run_id = run.run_id;
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
