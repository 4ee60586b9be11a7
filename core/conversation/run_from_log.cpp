#include "core/conversation/run_from_log.hpp"

#include "core/engine/checkpoint_text.hpp"
#include "core/protocol/payload_text.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace clarion::conversation {

namespace {

// Why the event does not fit, or nothing.
std::optional<std::string> fold(engine::run_fold& state, const protocol::event& event) {
    auto parsed = protocol::payload_from_json(event.type, event.payload_json);
    if (const auto* wrong = std::get_if<protocol::field_error>(&parsed))
        return "event " + std::to_string(event.seq) + wrong->pointer + " " + wrong->reason;
    const auto& payload = std::get<protocol::payload>(parsed);
    if (state.grammar.where() == engine::run_grammar::phase::not_started)
        state.started_ms = event.timestamp_ms;
    const auto* delta = std::get_if<protocol::text_delta>(&payload);
    state.census.count(event.type, event.seq, delta == nullptr ? "" : delta->delta);
    state.grammar.apply(payload);
    if (const auto* how = std::get_if<protocol::approval_resolved>(&payload))
        state.decided.push_back(*how);
    state.last_timestamp_ms = event.timestamp_ms;
    return std::nullopt;
}

bool belongs_to_run(const protocol::event& event, const std::string& run_id) {
    return event.run_id == run_id && event.type != protocol::event_type::user_message &&
           event.type != protocol::event_type::run_queued;
}

}  // namespace

task<std::variant<engine::run_fold, fold_failed>>
fold_from_log(storage::event_log& storage, const thread_log& log, const storage::open_run& run) {
    using result = std::variant<engine::run_fold, fold_failed>;
    engine::run_fold state;
    std::int64_t cursor = run.message_seq;
    while (cursor < log.head()) {
        storage::page_request wanted;
        wanted.key = log.key();
        wanted.epoch = log.epoch();
        wanted.after_seq = cursor;
        wanted.up_to_seq = log.head();
        const storage::page_result read = co_await storage.read(std::move(wanted));
        if (const auto* down = std::get_if<storage::unavailable>(&read))
            co_return result(fold_failed{down->reason});
        const auto& events = std::get<storage::page>(read).events;
        if (events.empty())
            co_return result(fold_failed{"the log ends before its own head"});
        for (const protocol::event& event : events)
            if (belongs_to_run(event, run.run_id))
                if (auto wrong = fold(state, event))
                    co_return result(fold_failed{*std::move(wrong)});
        cursor = events.back().seq;
    }
    co_return result(std::move(state));
}

task<std::variant<engine::suspended_run, fold_failed>> suspended_from_log(
    storage::event_log& storage,
    const thread_log& log,
    const storage::open_run& run
) {
    using result = std::variant<engine::suspended_run, fold_failed>;
    auto folded = co_await fold_from_log(storage, log, run);
    if (auto* failed = std::get_if<fold_failed>(&folded))
        co_return result(std::move(*failed));
    engine::suspended_run left;
    left.fold = std::move(std::get<engine::run_fold>(folded));
    if (left.fold.grammar.open_approvals().empty())
        co_return result(fold_failed{"run " + run.run_id + " is suspended and waits for nobody"});
    if (const auto wrong = engine::read_checkpoint(run.checkpoint, left.checkpoint))
        co_return result(fold_failed{"the checkpoint of run " + run.run_id + ": " + *wrong});
    co_return result(std::move(left));
}

}  // namespace clarion::conversation
