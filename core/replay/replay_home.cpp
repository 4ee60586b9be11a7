#include "core/replay/replay_home.hpp"

#include "core/conversation/thread_pages.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace clarion::replay {

namespace client = protocol::client;
namespace server = protocol::server;

namespace {

using error_answer = std::optional<server::error>;

constexpr std::int64_t reconnect_after_ms = 1000;

server::error error_of(server::error_code code, std::string message) {
    server::error error;
    error.code = code;
    error.message = std::move(message);
    error.retryable = server::is_retryable(code);
    return error;
}

template <class Body>
server::error refuse(const session::request<Body>& asked) {
    auto error = error_of(
        server::error_code::forbidden,
        "this is a recording: it can be watched, and nothing can be said or changed"
    );
    asked.from.send_text(protocol::to_frame(error, asked.id));
    return error;
}

}  // namespace

replay_home::replay_home(executor on, recording& what, pace how, failure::ledger& failures)
    : on_(on), recording_(what), pace_(how), failures_(failures), plays_(on) {}

task<session::arrival> replay_home::arrive(session::session_link link) {
    std::string connection_id = link.connection_id();
    visitors_.emplace(std::move(connection_id), visitor{std::move(link)});
    session::arrival found;
    found.active_runs.emplace();  // the log can be read, and nobody is at work
    co_return found;
}

task<> replay_home::leave(session::session_link link) {
    const auto place = visitors_.find(link.connection_id());
    if (place == visitors_.end())
        co_return;
    stop(place->second);
    visitors_.erase(place);
}

task<> replay_home::message(session::request<client::message> asked) {
    refuse(asked);
    co_return;
}

task<> replay_home::cancel(session::request<client::cancel> asked) {
    refuse(asked);
    co_return;
}

task<error_answer> replay_home::approve(session::request<client::approve> asked) {
    co_return error_answer(refuse(asked));
}

task<> replay_home::delete_thread(session::request<client::delete_thread> asked) {
    refuse(asked);
    co_return;
}

task<error_answer> replay_home::ack(session::request<client::ack> /*asked*/) {
    co_return std::nullopt;
}

task<error_answer> replay_home::threads(session::request<client::threads> asked) {
    if (asked.body.before && !conversation::list_position_of(*asked.body.before)) {
        auto error = error_of(
            server::error_code::bad_request,
            "/before is not the next of an earlier answer"
        );
        error.detail = "/before";
        asked.from.send_text(protocol::to_frame(error, asked.id));
        co_return error_answer(std::move(error));
    }
    storage::thread_list list;
    if (asked.from.user_id() == recording_.key().user_id && !asked.body.before)
        list.threads.push_back(recording_.listed());
    asked.from.send_text(protocol::to_frame(conversation::threads_page(list), asked.id));
    co_return std::nullopt;
}

task<> replay_home::history(session::request<client::history> asked) {
    server::history answer{asked.body.thread_id, "", {}, false};
    if (owns(asked.from, asked.body.thread_id)) {
        answer.epoch = recording_.epoch();
        const conversation::history_range range{
            .asked = asked.body,
            .first_kept = recording_.first_seq(),
            .head = played_to(asked.from),
        };
        const storage::page_request wanted = range.page();
        if (wanted.after_seq < wanted.up_to_seq) {
            const auto read = recording_.read(wanted);
            if (const auto* why = std::get_if<std::string>(&read)) {
                const auto error = error_of(server::error_code::storage_unavailable, *why);
                asked.from.send_text(protocol::to_frame(error, asked.id));
                co_return;
            }
            range.fill(answer, std::get<std::vector<protocol::event>>(read));
        }
    }
    asked.from.send_text(protocol::to_frame(answer, asked.id));
}

task<> replay_home::unsubscribe(session::request<client::unsubscribe> asked) {
    if (owns(asked.from, asked.body.thread_id))
        stop(visitors_.at(asked.from.connection_id()));
    const server::unsubscribed answer{asked.body.thread_id};
    asked.from.send_text(protocol::to_frame(answer, asked.id));
    co_return;
}

task<> replay_home::subscribe(session::request<client::subscribe> asked) {
    if (!owns(asked.from, asked.body.thread_id)) {
        answer_without_thread(asked);
        co_return;
    }
    visitor& viewer = visitors_.at(asked.from.connection_id());
    stop(viewer);
    const start from = start_of(asked.body.since);
    const server::subscribed answer{
        .thread_id = asked.body.thread_id,
        .epoch = recording_.epoch(),
        // What comes is the next one to whoever brings no cursor, as a live event would be.
        .seq = asked.body.since ? recording_.last_seq() : from.after_seq,
        .recovered = !from.failure.has_value(),
        .reason = from.failure,
    };
    asked.from.send_text(protocol::to_frame(answer, asked.id));
    viewer.watches = std::make_shared<showing>(asked.from, asked.id, from.after_seq);
    plays_.spawn(play(viewer.watches));
}

// As a thread that does not exist: another user's cannot be told from it.
void replay_home::answer_without_thread(const session::request<client::subscribe>& asked) const {
    const auto& since = asked.body.since;
    server::subscribed answer;
    answer.thread_id = asked.body.thread_id;
    answer.recovered = !since || (since->epoch.empty() && since->seq == 0);
    if (!answer.recovered)
        answer.reason = server::recovery_failure::epoch_changed;
    asked.from.send_text(protocol::to_frame(answer, asked.id));
    const server::caught_up nothing{asked.body.thread_id, 0};
    asked.from.send_text(protocol::to_frame(nothing, asked.id));
}

replay_home::start replay_home::start_of(const std::optional<client::cursor>& since) const {
    using enum server::recovery_failure;
    const std::int64_t beginning = recording_.first_seq() - 1;
    if (!since)
        return {beginning, std::nullopt};
    const bool from_start = since->epoch.empty() && since->seq == 0;
    if (!from_start && since->epoch != recording_.epoch())
        return {beginning, epoch_changed};
    if (since->seq > recording_.last_seq())
        return {beginning, too_far_ahead};
    if (since->seq < beginning)
        return {beginning, trimmed};
    return {since->seq, std::nullopt};
}

bool replay_home::owns(const session::session_link& link, const std::string& thread_id) const {
    return link.user_id() == recording_.key().user_id && thread_id == recording_.key().thread_id;
}

std::int64_t replay_home::played_to(const session::session_link& link) const {
    const showing_ptr& watches = visitors_.at(link.connection_id()).watches;
    return watches ? watches->played : recording_.first_seq() - 1;
}

// By a schedule, not from pause to pause: what waking up late costs does not add up.
task<> replay_home::play(showing_ptr to) {
    time_point due = on_.owner().now();
    std::optional<protocol::event> before;
    while (to->played < recording_.last_seq()) {
        auto read = recording_.events(to->played);
        if (const auto* why = std::get_if<std::string>(&read))
            co_return give_up(*to, *why);
        for (protocol::event& event : std::get<std::vector<protocol::event>>(read)) {
            if (before)
                due = due + pace_.between(*before, event);
            co_await wait_until_due(to, due);
            if (co_await show(to, event) == session::outbox::room_verdict::closed)
                co_return;
            before = std::move(event);
        }
    }
    if (to->stopped)
        co_return;
    const server::caught_up answer{recording_.key().thread_id, recording_.last_seq()};
    to->link.send_text(protocol::to_frame(answer, to->asked_as));
}

task<> replay_home::wait_until_due(showing_ptr to, time_point due) const {
    while (!to->stopped && on_.owner().now() < due)
        co_await to->stop.wait_until(due);
}

// `closed` also when the subscription has been stopped.
task<session::outbox::room_verdict> replay_home::show(showing_ptr to, const protocol::event& event)
    const {
    using verdict = session::outbox::room_verdict;
    const auto frame = std::make_shared<const session::outgoing_frame>(session::outgoing_frame{
        session::frame_kind::text,
        recording_.key().user_id,
        protocol::to_frame(
            event,
            recording_.key().thread_id,
            recording_.epoch(),
            protocol::delivery::replay
        ),
    });
    if (to->stopped || co_await to->link.room(frame->body.size()) == verdict::closed || to->stopped)
        co_return verdict::closed;
    to->link.send({frame});
    to->played = event.seq;
    co_return verdict::room;
}

void replay_home::give_up(const showing& from, const std::string& why) const {
    failure::concern touched;
    touched.about = {
        .connection_id = from.link.connection_id(),
        .user_id = recording_.key().user_id,
        .thread_id = recording_.key().thread_id,
        .run_id = {},
    };
    touched.seq = from.played + 1;
    failures_.report(failure::code::storage_unavailable, touched, why);
    auto error =
        error_of(server::error_code::storage_unavailable, "the recording cannot be read: " + why);
    error.detail = recording_.key().thread_id;
    error.retryable = false;
    from.link.send_text(protocol::to_frame(error, from.asked_as));
}

void replay_home::stop(visitor& whose) {
    if (!whose.watches)
        return;
    whose.watches->stopped = true;
    whose.watches->stop.notify();
}

void replay_home::close_sessions() {
    const server::going_away leaving{"shutdown", reconnect_after_ms};
    for (const auto& [connection_id, guest] : visitors_) {
        guest.link.send_text(protocol::to_frame(leaving));
        guest.link.end({protocol::close_code::going_away, "the recording is switched off"});
    }
}

task<> replay_home::join() {
    plays_.cancel();
    co_await plays_.join();
}

}  // namespace clarion::replay
