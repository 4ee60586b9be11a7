#include "core/conversation/subscriptions.hpp"

#include "core/metrics/own_counters.hpp"

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace server = protocol::server;
using protocol::delivery;

namespace {

metrics::resume_verdict verdict_of(const std::optional<server::recovery_failure>& failure) {
    using metrics::resume_verdict;
    if (!failure)
        return resume_verdict::recovered;
    switch (*failure) {
        case server::recovery_failure::trimmed:
            return resume_verdict::trimmed;
        case server::recovery_failure::too_far_ahead:
            return resume_verdict::too_far_ahead;
        case server::recovery_failure::epoch_changed:
            break;
    }
    return resume_verdict::epoch_changed;
}

}  // namespace

/// Tells when a replay waits for its page too long, also when the page never comes.
class subscriptions::page_alarm final : public timer_entry {
public:
    page_alarm(const subscriptions& in, const subscription& to, std::int64_t cursor)
        : in_(in), to_(to), cursor_(cursor) {
        scheduler& clock = in_.tasks_.on().owner();
        clock.arm(*this, clock.now() + page_patience);
    }
    page_alarm(const page_alarm&) = delete;
    page_alarm& operator=(const page_alarm&) = delete;
    ~page_alarm() override { in_.tasks_.on().owner().disarm(*this); }

    void expired() override { in_.page_is_late(to_, cursor_); }

private:
    const subscriptions& in_;
    const subscription& to_;
    std::int64_t cursor_;
};

subscriptions::subscriptions(
    const thread_log& log,
    storage::event_log& storage,
    task_group& tasks,
    failure::ledger& failures
)
    : log_(log),
      storage_(storage),
      tasks_(tasks),
      failures_(failures),
      counters_(metrics::counters_of(tasks.on(), log.key().user_id)) {}

std::int64_t subscriptions::published() const {
    return published_.value_or(log_.head());
}

subscriptions::recovery subscriptions::recover(const protocol::client::cursor& since) const {
    using enum server::recovery_failure;
    const bool from_start = since.epoch.empty() && since.seq == 0;
    const std::int64_t oldest = log_.first_kept() - 1;
    const bool same_epoch = !since.epoch.empty() && since.epoch == log_.epoch();
    if (!from_start && !same_epoch)
        return {epoch_changed, oldest};
    if (since.seq > published())
        return {too_far_ahead, oldest};
    if (since.seq < oldest)
        return {trimmed, oldest};
    return {std::nullopt, since.seq};
}

void subscriptions::subscribe(
    std::shared_ptr<const void> owner,
    const session::session_link& link,
    const std::optional<std::string>& id,
    const std::optional<protocol::client::cursor>& since
) {
    const recovery found = since ? recover(*since) : recovery{std::nullopt, published()};
    if (since)
        counters_.resumes.add(verdict_of(found.failure));
    auto added = std::make_shared<subscription>(subscription{link, id, true});
    put(added);
    send_subscribed(*added, found);
    if (found.after_seq == published())
        return send_caught_up(*added, published());
    start_replay(std::move(owner), std::move(added), found);
}

void subscriptions::start_replay(
    std::shared_ptr<const void> owner,
    subscription_ptr to,
    recovery from
) {
    to->live = false;
    to->replayed = from.after_seq;
    ++counters_.replays;
    tasks_.spawn(replay(std::move(owner), std::move(to), from));
}

void subscriptions::send_subscribed(const subscription& to, const recovery& found) const {
    if (to.quiet)
        return;
    const server::subscribed answer{
        .thread_id = log_.key().thread_id,
        .epoch = log_.epoch(),
        .seq = published(),
        .recovered = !found.failure.has_value(),
        .reason = found.failure,
    };
    to.link.send_text(protocol::to_frame(answer, to.asked_as));
}

void subscriptions::follow(const session::session_link& link) {
    if (!by_connection_.contains(link.connection_id()))
        put(std::make_shared<subscription>(subscription{link, std::nullopt, true}));
}

void subscriptions::follow_from(
    std::shared_ptr<const void> owner,
    const session::session_link& link,
    std::int64_t seq
) {
    if (by_connection_.contains(link.connection_id()))
        return;
    auto added = std::make_shared<subscription>(subscription{link, std::nullopt, true});
    added->quiet = true;
    put(added);
    if (seq >= log_.first_kept() && seq <= published())
        start_replay(std::move(owner), std::move(added), {std::nullopt, seq - 1});
}

void subscriptions::unsubscribe(const session::session_link& link) {
    const auto place = by_connection_.find(link.connection_id());
    if (place == by_connection_.end())
        return;
    end(*place->second);
    by_connection_.erase(place);
}

void subscriptions::leave(const session::session_link& link) {
    const auto place = by_connection_.find(link.connection_id());
    if (place == by_connection_.end())
        return;
    place->second->ended = true;
    by_connection_.erase(place);
}

// Who waits for the end of a replay hears it, and how far it came.
void subscriptions::end(subscription& which) const {
    if (!which.live && !which.ended)
        send_caught_up(which, which.replayed);
    which.ended = true;
}

void subscriptions::ack(const session::session_link& link, std::int64_t seq) {
    const auto place = by_connection_.find(link.connection_id());
    if (place != by_connection_.end())
        place->second->acked = std::max(place->second->acked.value_or(0), seq);
}

std::optional<std::int64_t> subscriptions::acked_by(const session::session_link& link) const {
    const auto place = by_connection_.find(link.connection_id());
    return place == by_connection_.end() ? std::nullopt : place->second->acked;
}

bool subscriptions::contains(const session::session_link& link) const {
    return by_connection_.contains(link.connection_id());
}

void subscriptions::end_all(const std::string& frame, const session::session_link& asker) {
    for (const auto& [connection_id, to] : by_connection_) {
        end(*to);
        if (connection_id != asker.connection_id())
            to->link.send_text(frame);
    }
    by_connection_.clear();
    published_.reset();
}

void subscriptions::put(subscription_ptr added) {
    subscription_ptr& place = by_connection_[added->link.connection_id()];
    if (place)
        end(*place);
    place = std::move(added);
}

session::shared_frame subscriptions::replayed_frame_of(const protocol::event& event) const {
    return std::make_shared<const session::outgoing_frame>(session::outgoing_frame{
        session::frame_kind::text,
        log_.key().user_id,
        protocol::to_frame(event, log_.key().thread_id, log_.epoch(), delivery::replay),
    });
}

session::shared_frame subscriptions::live_frame_of(const protocol::event& event, commit_times when)
    const {
    return std::make_shared<const session::outgoing_frame>(session::outgoing_frame{
        session::frame_kind::text,
        log_.key().user_id,
        protocol::to_frame(event, log_.key().thread_id, log_.epoch(), delivery::live),
        session::event_passage{event.type, event.seq, when.emitted_at, when.committed_at},
    });
}

void subscriptions::publish(const std::vector<protocol::event>& committed, commit_times when) {
    if (committed.empty())
        return;
    published_ = committed.back().seq;
    std::vector<session::shared_frame> frames;
    for (const auto& [connection, to] : by_connection_) {
        if (!to->live)
            continue;
        if (frames.empty()) {
            frames.reserve(committed.size());
            for (const protocol::event& event : committed)
                frames.push_back(live_frame_of(event, when));
        }
        to->link.send(frames);
        counters_.events_delivered += frames.size();
    }
    if (by_connection_.empty())
        counters_.events_parked += committed.size();
    on_published();
}

std::optional<subscription_state> subscriptions::state_of(const session::session_link& link) const {
    const auto place = by_connection_.find(link.connection_id());
    if (place == by_connection_.end())
        return std::nullopt;
    return place->second->live ? subscription_state::live : subscription_state::replaying;
}

std::vector<std::string> subscriptions::connection_ids() const {
    std::vector<std::string> all;
    for (const auto& [connection_id, to] : by_connection_)
        all.push_back(connection_id);
    return all;
}

void subscriptions::tell_all(const std::string& frame) const {
    for (const auto& [connection, to] : by_connection_)
        to->link.send_text(frame);
}

void subscriptions::send_caught_up(const subscription& to, std::int64_t seq) const {
    if (to.quiet)
        return;
    const server::caught_up answer{log_.key().thread_id, seq};
    to.link.send_text(protocol::to_frame(answer, to.asked_as));
}

task<>
subscriptions::replay(std::shared_ptr<const void> /*owner*/, subscription_ptr to, recovery from) {
    std::int64_t cursor = from.after_seq;
    bool gap_is_known = from.failure.has_value();  // whatever is missing before the next event
    while (!to->ended && cursor < published()) {
        storage::page_request wanted;
        wanted.key = log_.key();
        wanted.epoch = log_.epoch();
        wanted.after_seq = cursor;
        wanted.up_to_seq = published();
        storage::page_result read = co_await read_page(*to, std::move(wanted));
        if (to->ended)
            co_return;
        auto* page = std::get_if<storage::page>(&read);
        const bool is_trimmed =
            page != nullptr && page->epoch == log_.epoch() && page->first_seq > cursor + 1;
        if (page == nullptr || (page->events.empty() && !is_trimmed))
            co_return give_up(*to);
        if (is_trimmed) {
            cursor = page->first_seq - 1;
            if (!std::exchange(gap_is_known, true)) {
                counters_.resumes.add(metrics::resume_verdict::trimmed);
                send_subscribed(*to, {server::recovery_failure::trimmed, cursor});
            }
            if (page->events.empty())
                continue;
        }
        gap_is_known = false;
        cursor = page->events.back().seq;
        const auto room = co_await send_paced(to, std::move(page->events));
        if (room == session::outbox::room_verdict::closed)
            co_return;
    }
    if (to->ended)
        co_return;
    // The same turn in which the cursor met the published head: nothing lies between.
    to->live = true;
    send_caught_up(*to, published());
}

// In pieces that fit whatever the connection's bound is, each when there is room for it. An event
// that is larger than a piece is one by itself: only an empty outbox takes it.
task<session::outbox::room_verdict>
subscriptions::send_paced(subscription_ptr to, std::vector<protocol::event> events) {
    using session::outbox;
    std::size_t next = 0;
    session::shared_frame frame = replayed_frame_of(events.front());
    while (frame) {
        std::vector<session::shared_frame> piece;
        std::size_t bytes = 0;
        do {
            bytes += frame->body.size();
            piece.push_back(std::move(frame));
            frame = ++next < events.size() ? replayed_frame_of(events[next]) : nullptr;
        } while (frame && bytes + frame->body.size() <= to->link.replay_bytes());
        if (co_await to->link.room(bytes) == outbox::room_verdict::closed || to->ended)
            co_return outbox::room_verdict::closed;
        counters_.events_replayed += piece.size();
        to->link.send(std::move(piece));
        to->replayed = events[next - 1].seq;
    }
    co_return outbox::room_verdict::room;
}

task<storage::page_result>
subscriptions::read_page(const subscription& to, storage::page_request wanted) {
    const page_alarm watched(*this, to, wanted.after_seq);
    co_return co_await storage_.read(std::move(wanted));
}

void subscriptions::page_is_late(const subscription& to, std::int64_t cursor) const {
    if (to.ended)
        return;
    failure::concern touched;
    touched.about = {to.link.connection_id(), log_.key().user_id, log_.key().thread_id, {}};
    touched.seq = cursor + 1;
    failures_.report(
        failure::code::delivery_stalled,
        touched,
        "a replay waits for the log, and its user for this event and those behind it"
    );
}

void subscriptions::give_up(const subscription& from) {
    server::error error;
    error.code = server::error_code::storage_unavailable;
    error.message = "the thread cannot be read now; subscribe again";
    error.detail = log_.key().thread_id;
    from.link.send_text(protocol::to_frame(error));
    by_connection_.erase(from.link.connection_id());
}

}  // namespace clarion::conversation
