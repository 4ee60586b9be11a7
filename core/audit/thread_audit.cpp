#include "core/audit/thread_audit.hpp"

#include "core/conversation/message_digest.hpp"
#include "core/protocol/payload_text.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace clarion::audit {

namespace {

using namespace protocol;

std::string digest_as(const user_message& message, std::optional<std::string> agent) {
    client::message body;
    body.text = message.text;
    body.metadata = message.metadata;
    body.agent = std::move(agent);
    return conversation::digest_of(body);
}

const run_census* census_of(const payload& terminal) {
    return std::visit(
        [](const auto& event) -> const run_census* {
            if constexpr (requires { event.census; })
                return &event.census;
            else
                return nullptr;
        },
        terminal
    );
}

}  // namespace

thread_audit::thread_audit(const storage::walked_thread& thread, run_source runs, report to)
    : thread_(thread),
      runs_(std::move(runs)),
      report_(std::move(to)),
      next_row_(runs_()),
      expected_seq_(thread.first_seq) {
    if (thread.epoch.empty())
        report_(0, "the thread has no epoch");
    if (thread.message_rows != thread.run_rows)
        report_(
            0,
            "the thread has " + std::to_string(thread.message_rows) + " message rows and " +
                std::to_string(thread.run_rows) + " run rows"
        );
}

void thread_audit::take(const storage::walked_event& event) {
    // Trimmed: no question finds it any more, and its row goes when its turn comes.
    if (event.seq >= 1 && event.seq < thread_.first_seq)
        return;
    ++events_;
    check_seq(event);
    const auto type = enum_from_name<event_type>(event.type);
    const auto open = open_.find(event.run_id);
    if (!type) {
        report_(event.seq, "'" + event.type + "' is no event type");
        return;
    }
    if (*type == event_type::user_message || *type == event_type::assistant_message)
        ++message_events_;
    auto read = payload_from_json(*type, event.payload_json);
    if (const auto* sound = std::get_if<protocol::payload>(&read))
        if (auto refused = check_payload(*sound))
            read = *std::move(refused);
    if (const auto* wrong = std::get_if<field_error>(&read)) {
        report_(event.seq, event.type + wrong->pointer + ' ' + wrong->reason);
        if (open != open_.end())
            open->second.is_followed = false;
        return;
    }
    const auto& payload = std::get<protocol::payload>(read);
    if (const auto* message = std::get_if<user_message>(&payload))
        return begin_run(event, *message);
    if (open == open_.end()) {
        const std::string why = " belongs to run " + event.run_id;
        report_(event.seq, event.type + why + ", which has no user_message or has ended");
        return;
    }
    if (*type != event_type::run_queued)
        follow(open->second, event, payload);
    if (is_terminal(*type))
        open_.erase(open);
}

void thread_audit::check_seq(const storage::walked_event& event) {
    if (event.seq < expected_seq_)
        report_(event.seq, event.type + " lies before the thread's first event");
    else if (event.seq == expected_seq_ + 1)
        report_(expected_seq_, "the event is missing");
    else if (event.seq > expected_seq_)
        report_(expected_seq_, "events up to " + std::to_string(event.seq - 1) + " are missing");
    expected_seq_ = event.seq + 1;
}

void thread_audit::begin_run(const storage::walked_event& event, const user_message& message) {
    ++runs_begun_;
    if (open_.contains(event.run_id))
        report_(event.seq, "user_message begins run " + event.run_id + " a second time");
    open_run& run = open_[event.run_id];
    const auto row = row_at(event.seq);
    if (!row) {
        report_(event.seq, "user_message has no run row");
        return;
    }
    run.stored_state = row->state;
    check_row(*row, event, message);
}

// The row of the message at `seq`; those before it that no message came for are told.
std::optional<storage::walked_run> thread_audit::row_at(std::int64_t seq) {
    while (next_row_ && next_row_->message_seq < seq) {
        // Where the log has been trimmed the rows of old messages stay.
        if (next_row_->message_seq >= thread_.first_seq)
            report_(
                next_row_->message_seq,
                "run row " + next_row_->run_id + " names no user_message of its own"
            );
        next_row_ = runs_();
    }
    if (!next_row_ || next_row_->message_seq != seq)
        return std::nullopt;
    return std::exchange(next_row_, runs_());
}

void thread_audit::check_row(
    const storage::walked_run& row,
    const storage::walked_event& event,
    const user_message& message
) {
    if (row.run_id != event.run_id)
        report_(
            event.seq,
            "user_message belongs to run " + event.run_id + ", and its row says " + row.run_id
        );
    if (row.message_id != message.message_id)
        report_(event.seq, "the run row has another message_id: " + row.message_id);
    if (!row.message)
        return report_(event.seq, "user_message has no message row");
    if (row.message->run_id != row.run_id || row.message->seq != event.seq)
        report_(
            event.seq,
            "the message row points to run " + row.message->run_id + " at seq " +
                std::to_string(row.message->seq)
        );
    // The client may have named the agent, or have taken the default.
    if (row.message->content_digest != digest_as(message, std::nullopt) &&
        row.message->content_digest != digest_as(message, row.agent))
        report_(event.seq, "the message row's digest is not that of the user_message");
}

void thread_audit::follow(
    open_run& run,
    const storage::walked_event& event,
    const payload& payload
) {
    const bool ends = is_terminal(type_of(payload));
    if (ends && !run.stored_state.empty() && run.stored_state != name_of(run_state::finished))
        report_(event.seq, event.type + " ended the run, and its row says " + run.stored_state);
    if (!run.is_followed)
        return;
    if (const auto wrong = run.grammar.check(payload)) {
        report_(event.seq, event.type + wrong->pointer + ' ' + wrong->reason);
        run.is_followed = false;
        return;
    }
    if (ends)
        check_census(run, event.seq, payload);
    const auto* delta = std::get_if<text_delta>(&payload);
    run.census.count(type_of(payload), event.seq, delta == nullptr ? "" : delta->delta);
    run.grammar.apply(payload);
}

void thread_audit::check_census(const open_run& run, std::int64_t seq, const payload& terminal) {
    const run_census counted = run.census.result();
    const run_census* const told = census_of(terminal);
    if (told != nullptr && !(*told == counted))
        report_(
            seq,
            "the census is " + to_json(*told) + ", and the events give " + to_json(counted)
        );
}

void thread_audit::finish() {
    row_at(thread_.last_seq + 1);
    if (next_row_)
        report_(
            next_row_->message_seq,
            "run row " + next_row_->run_id + " names an event behind the last one"
        );
    if (expected_seq_ != thread_.last_seq + 1)
        report_(
            thread_.last_seq,
            "the thread's last event is " + std::to_string(expected_seq_ - 1) +
                ", and its row says " + std::to_string(thread_.last_seq)
        );
    if (message_events_ != thread_.messages)
        report_(
            0,
            "the thread has " + std::to_string(message_events_) +
                " message events, and its row says " + std::to_string(thread_.messages)
        );
    for (const auto& [run_id, run] : open_)
        check_left_open(run_id, run);
}

void thread_audit::check_left_open(const std::string& run_id, const open_run& run) {
    if (run.stored_state == name_of(run_state::finished))
        report_(thread_.last_seq, "run " + run_id + " is finished and has no terminal event");
    const bool has_begun = run.grammar.where() != engine::run_grammar::phase::not_started;
    if (has_begun && run.stored_state == name_of(run_state::queued))
        report_(thread_.last_seq, "run " + run_id + " has begun, and its row says queued");
}

}  // namespace clarion::audit
