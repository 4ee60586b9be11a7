#include "core/conversation/conversation.hpp"

#include "core/async/answer.hpp"
#include "core/async/sleep.hpp"
#include "core/conversation/message_digest.hpp"
#include "core/conversation/seal.hpp"
#include "core/conversation/thread_history.hpp"
#include "core/protocol/own_names.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/storage/thread_title.hpp"

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace client = protocol::client;
namespace server = protocol::server;
using protocol::run_state;

namespace {

server::error error_of(server::error_code code, std::string message) {
    server::error error;
    error.code = code;
    error.message = std::move(message);
    error.retryable = server::is_retryable(code);
    return error;
}

server::error storage_error(const std::string& reason) {
    return error_of(server::error_code::storage_unavailable, reason);
}

server::error left_to_next_process() {
    server::error error = error_of(
        server::error_code::draining,
        "the run waits for a person, and is left to the server's next start"
    );
    error.retry_after_ms = std::chrono::ceil<milliseconds>(reconnect_after).count();
    return error;
}

// The server's own agent is there for its own users alone.
const agents::agent* agent_for(
    const agents::agent_registry& all,
    const std::string& user_id,
    const std::optional<std::string>& wanted
) {
    const std::string& name = wanted ? *wanted : all.default_name();
    if (protocol::is_own_name(name) && !protocol::is_own_name(user_id))
        return nullptr;
    return all.find(name);
}

std::string reason_of(const storage::append_verdict& verdict) {
    const auto* down = std::get_if<storage::unavailable>(&verdict);
    return down == nullptr ? "the thread stands elsewhere than expected" : down->reason;
}

}  // namespace

conversation::conversation(
    executor on,
    protocol::thread_key key,
    const conversation_services& services
)
    : on_(on),
      services_(services),
      log_(on, std::move(key), services.storage, subscribers_),
      subscribers_(log_, services.storage, services.tasks, services.runs.failures) {
    subscribers_.on_published = [this] {
        on_changed(*this);
    };
}

conversation::~conversation() {
    if (on_gone)
        on_gone(log_.key());
}

task<std::optional<std::string>> conversation::ready() {
    co_await loaded_.wait();
    co_return load_failure_;
}

task<message_verdict> conversation::message(
    session::request<client::message> asked,
    std::optional<server::error> refusal
) {
    const agents::agent* agent = agent_for(services_.agents, log_.key().user_id, asked.body.agent);
    if (agent == nullptr)
        refusal = error_of(server::error_code::not_found, "there is no agent of this name");
    else if (!refusal && services_.queued_runs_max != 0 &&
             queue_.waiting() >= services_.queued_runs_max)
        refusal = error_of(server::error_code::busy, "too many runs wait on this thread");
    else if (!refusal && !queue_.empty() && asked.body.on_busy == client::busy_policy::reject)
        refusal = error_of(server::error_code::busy, "a run is active on this thread");
    if (refusal)
        co_return co_await answer_known_or(std::move(asked), *std::move(refusal));
    const queued_run_ptr run = take_place(asked.body, agent->name());
    const std::size_t position = std::max<std::size_t>(queue_.position_of(run), 1);
    const storage::append_verdict verdict =
        co_await commit_message(asked, run, batch_of(asked.body, *run, position));
    start_next();
    if (const auto* known = std::get_if<storage::duplicate_message>(&verdict))
        co_return answer_duplicate(asked, *known);
    if (std::holds_alternative<storage::committed>(verdict))
        co_return message_verdict::accepted;
    failure::concern touched;
    touched.about = {asked.from.connection_id(), log_.key().user_id, log_.key().thread_id, {}};
    report(failure::code::storage_unavailable, touched, reason_of(verdict));
    asked.from.send_text(protocol::to_frame(storage_error(reason_of(verdict)), asked.id));
    co_return message_verdict::refused;
}

// The server's own users have somebody who reports for them, and not each time again.
void conversation::report(
    failure::code what,
    const failure::concern& touched,
    std::string_view detail,
    std::source_location from
) const {
    if (!protocol::is_own_name(log_.key().user_id))
        services_.runs.failures.report(what, touched, detail, from);
}

queued_run_ptr conversation::take_place(const client::message& body, std::string agent) {
    auto run = std::make_shared<queued_run>();
    run->row.run_id = on_.owner().random().id("r_");
    run->row.message_id = body.message_id;
    run->row.agent = std::move(agent);
    if (queue_.empty())
        run->slot = services_.slots.take(log_.key().user_id);
    run->row.state = run->slot ? run_state::running : run_state::queued;
    run->text = body.text;
    run->metadata = body.metadata;
    run->accepted_at = on_.owner().now();
    if (body.on_busy != client::busy_policy::interrupt &&
        body.on_busy != client::busy_policy::rollback)
        queue_.push(run);
    else if (queue_.active())
        queue_.push_behind_front(run);
    else
        queue_.push_front(run);
    return run;
}

// Once the new message is durable: whatever ends the active run, its successor is known.
void conversation::stop_active_for(const client::message& body, const queued_run_ptr& next) {
    const queued_run_ptr active = queue_.active();
    if (!active || active == next)
        return;
    if (body.on_busy == client::busy_policy::interrupt)
        active->stop(protocol::cancel_reason::interrupted);
    else if (body.on_busy == client::busy_policy::rollback)
        active->stop(protocol::cancel_reason::rolled_back);
}

// A message that stops a suspended run ends the suspension in its own append: else the next start
// would take up what it was accepted to replace.
std::optional<storage::run_change>
conversation::end_of_suspension(const client::message& body, const queued_run& next) const {
    const queued_run_ptr active = queue_.active();
    const bool stops = body.on_busy == client::busy_policy::interrupt ||
                       body.on_busy == client::busy_policy::rollback;
    if (!stops || !active || active.get() == &next || !active->is_suspended())
        return std::nullopt;
    return storage::run_change{active->row.run_id, run_state::running, {}};
}

message_batch conversation::batch_of(
    const client::message& body,
    const queued_run& run,
    std::size_t position
) const {
    message_batch batch;
    batch.message.message_id = body.message_id;
    batch.message.content_digest = digest_of(body);
    batch.message.run_id = run.row.run_id;
    batch.message.agent = run.row.agent;
    batch.message.state = run.row.state;
    if (!log_.exists())
        batch.title = storage::title_of(body.text);
    batch.other_run = end_of_suspension(body, run);
    batch.events.push_back(
        protocol::uncommitted(protocol::user_message{body.message_id, body.text, body.metadata})
    );
    if (run.row.state == run_state::queued)
        batch.events.push_back(protocol::uncommitted(
            protocol::run_queued{body.message_id, static_cast<std::int64_t>(position)}
        ));
    return batch;
}

// What must happen between the commit and the publication stands in the callback: `accepted`, and
// the subscription that gets the message's own event.
task<storage::append_verdict> conversation::commit_message(
    const session::request<client::message>& asked,
    queued_run_ptr run,
    message_batch batch
) {
    answer<storage::append_verdict> verdict;
    const auto events = static_cast<std::int64_t>(batch.events.size());
    auto done = [this, &asked, &verdict, run, events](const storage::append_verdict& is) {
        const auto* committed = std::get_if<storage::committed>(&is);
        if (committed == nullptr) {
            queue_.remove(run);
        } else {
            run->committed = true;
            run->row.message_seq = committed->last_seq - events + 1;
            const server::accepted accepted{
                .thread_id = asked.body.thread_id,
                .message_id = asked.body.message_id,
                .run_id = run->row.run_id,
                .seq = run->row.message_seq,
                .duplicate = false,
                .state = run->row.state,
            };
            asked.from.send_text(protocol::to_frame(accepted, asked.id));
            subscribers_.follow(asked.from);
            stop_active_for(asked.body, run);
        }
        verdict.set(is);
    };
    log_.append_message(std::move(batch), done);
    co_return co_await verdict.get();
}

message_verdict conversation::answer_duplicate(
    const session::request<client::message>& asked,
    const storage::duplicate_message& known
) {
    if (known.content_digest != digest_of(asked.body)) {
        const server::error conflict =
            error_of(server::error_code::conflict, "this message_id was used with other content");
        asked.from.send_text(protocol::to_frame(conflict, asked.id));
        return message_verdict::refused;
    }
    const server::accepted accepted{
        .thread_id = asked.body.thread_id,
        .message_id = asked.body.message_id,
        .run_id = known.run_id,
        .seq = known.seq,
        .duplicate = true,
        .state = known.state == run_state::suspended ? run_state::running : known.state,
    };
    asked.from.send_text(protocol::to_frame(accepted, asked.id));
    // One that has finished is history, as `state` says; of one at work nothing may be missing.
    if (known.state == run_state::finished)
        subscribers_.follow(asked.from);
    else
        subscribers_.follow_from(shared_from_this(), asked.from, known.seq);
    return message_verdict::known;
}

// A known message counts against no limit.
task<message_verdict>
conversation::answer_known_or(session::request<client::message> asked, server::error refusal) {
    storage::run_reference which{asked.body.message_id, std::nullopt};
    const auto found = co_await services_.storage.find(log_.key(), std::move(which));
    if (const auto* down = std::get_if<storage::unavailable>(&found))
        refusal = storage_error(down->reason);
    else if (const auto& known = std::get<std::optional<storage::duplicate_message>>(found))
        co_return answer_duplicate(asked, *known);
    asked.from.send_text(protocol::to_frame(refusal, asked.id));
    co_return message_verdict::refused;
}

void conversation::subscribe(const session::request<client::subscribe>& asked) {
    subscribers_.subscribe(shared_from_this(), asked.from, asked.id, asked.body.since);
}

task<> conversation::cancel(session::request<client::cancel> asked) {
    const cancel_answer answer = co_await answer_of(asked.body);
    std::visit(
        [&asked](const auto& body) { asked.from.send_text(protocol::to_frame(body, asked.id)); },
        answer
    );
}

task<conversation::cancel_answer> conversation::answer_of(const client::cancel& which) {
    using enum server::cancel_verdict;
    queued_run_ptr run = queue_.find(which);
    // One that is about to begin has something to cancel in a later turn.
    while (run && !run->running && working_ && run == queue_.front()) {
        co_await sleep_for(duration::zero());
        run = queue_.find(which);
    }
    // Only a drain keeps it from going on.
    if (run && run->left)
        co_return left_to_next_process();
    if (run && run->running)
        co_return co_await cancel_running(run);
    if (run)
        co_return co_await cancel_waiting(run);
    storage::run_reference reference{which.message_id, which.run_id};
    const auto found = co_await services_.storage.find(log_.key(), std::move(reference));
    if (const auto* down = std::get_if<storage::unavailable>(&found))
        co_return storage_error(down->reason);
    const auto& known = std::get<std::optional<storage::duplicate_message>>(found);
    if (known && known->state == run_state::suspended && services_.draining)
        co_return left_to_next_process();
    co_return server::cancel_result{known ? too_late : not_found};
}

// A run that waits in line ends by a terminal alone.
task<conversation::cancel_answer> conversation::cancel_waiting(queued_run_ptr run) {
    queue_.remove(run);
    const auto journal = engine::run_journal::open(
        on_,
        scope_of(*run),
        log_,
        services_.runs.approvals,
        services_.limits.journal
    );
    const engine::ending how = engine::run_cancelled{protocol::cancel_reason::user};
    const engine::close_verdict closed = co_await journal->close(how);
    const auto* refused = std::get_if<engine::unsealed>(&closed);
    if (refused == nullptr)
        co_return server::cancel_result{server::cancel_verdict::accepted};
    queue_.push(run);
    start_next();
    co_return storage_error(refused->reason);
}

// An `accepted` holds also when the server dies before the run has ended: so it waits until the
// next start could neither begin the run anew nor take it up.
task<conversation::cancel_answer> conversation::cancel_running(queued_run_ptr run) {
    if (sealing_)
        co_return storage_error("the run has stopped, and its end waits for the log");
    const std::shared_ptr<engine::run> running = run->running;
    const server::cancel_verdict verdict = running->cancel(protocol::cancel_reason::user);
    if (verdict != server::cancel_verdict::accepted && running->has_left())
        co_return left_to_next_process();
    if (verdict != server::cancel_verdict::accepted)
        co_return server::cancel_result{verdict};
    const auto refused = co_await running->bound_to_process();
    if (refused)
        co_return storage_error(refused->message);
    co_return server::cancel_result{verdict};
}

std::vector<server::active_run> conversation::active_runs() const {
    std::vector<server::active_run> active;
    for (const queued_run_ptr& run : queue_.line())
        if (run->committed)
            active.push_back(
                {log_.key().thread_id,
                 run->row.run_id,
                 run->running ? run->running->state() : run->row.state}
            );
    return active;
}

}  // namespace clarion::conversation
