#pragma once

#include "core/async/task_group.hpp"
#include "core/conversation/subscription_report.hpp"
#include "core/conversation/thread_log.hpp"
#include "core/failure/ledger.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/session/session_link.hpp"
#include "core/storage/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace clarion::conversation {

/// Who gets a thread's events. A subscription is replaying (it reads the log, at its connection's
/// pace, and gets nothing live) or live; it becomes live in the very turn in which its cursor meets
/// the published head, so that the two join without gap or duplicate. The thread's shard only.
class subscriptions final : public publisher {
public:
    /// How long the log may take for a page of a replay before that is a failure.
    static constexpr duration page_patience = std::chrono::seconds(5);

    /// `tasks` owns the replays.
    subscriptions(
        const thread_log& log,
        storage::event_log& storage,
        task_group& tasks,
        failure::ledger& failures
    );

    /// Answers with `subscribed`, replays what lies after the cursor, answers `caught_up`. Replaces
    /// an earlier subscription of the same connection. `owner` is kept alive by the replay. Where
    /// retention overtakes the replay another `subscribed` says `trimmed`, and the replay goes on
    /// at the oldest event kept (PROTOCOL §5: never a silent partial recovery).
    void subscribe(
        std::shared_ptr<const void> owner,
        const session::session_link& link,
        const std::optional<std::string>& id,
        const std::optional<protocol::client::cursor>& since
    );
    /// Live from the next published event on, without an answer; nothing if already subscribed.
    void follow(const session::session_link& link);
    /// The same, but from `seq` on, if that is still kept: replays what lies between.
    void follow_from(
        std::shared_ptr<const void> owner,
        const session::session_link& link,
        std::int64_t seq
    );
    void unsubscribe(const session::session_link& link);
    /// The connection ends: nothing more is said to it.
    void leave(const session::session_link& link);
    /// The client has taken in everything up to `seq`; nothing when it is not subscribed.
    void ack(const session::session_link& link, std::int64_t seq);
    /// The highest seq it has acknowledged, if it ever did.
    std::optional<std::int64_t> acked_by(const session::session_link& link) const;
    /// The thread is gone: ends every subscription, and tells all but `asker`.
    void end_all(const std::string& frame, const session::session_link& asker);

    bool contains(const session::session_link& link) const;
    std::size_t size() const { return by_connection_.size(); }
    std::vector<std::string> connection_ids() const;
    /// The last event that subscribers may know of.
    std::int64_t published() const;
    /// Called behind each publication.
    std::function<void()> on_published = [] {
    };

    void publish(const std::vector<protocol::event>& committed, commit_times when) override;
    /// How the session stands here; nothing when it is not subscribed.
    std::optional<subscription_state> state_of(const session::session_link& link) const;

    /// To every subscribed session, whatever it has seen so far.
    void tell_all(const std::string& frame) const;

private:
    struct subscription {
        session::session_link link;
        std::optional<std::string> asked_as;  // the `id` of the `subscribe`
        bool live = true;
        bool ended = false;  // unsubscribed, gone, or replaced by a newer one
        std::optional<std::int64_t> acked{};
        std::int64_t replayed = 0;  // while it is replaying: the last event sent
        bool quiet = false;         // made by a message: neither `subscribed` nor `caught_up`
    };
    using subscription_ptr = std::shared_ptr<subscription>;

    struct recovery {
        std::optional<protocol::server::recovery_failure> failure;
        std::int64_t after_seq = 0;
    };
    recovery recover(const protocol::client::cursor& since) const;
    class page_alarm;
    void put(subscription_ptr added);
    void page_is_late(const subscription& to, std::int64_t cursor) const;
    void end(subscription& which) const;
    void start_replay(std::shared_ptr<const void> owner, subscription_ptr to, recovery from);
    void send_subscribed(const subscription& to, const recovery& found) const;
    task<> replay(std::shared_ptr<const void> owner, subscription_ptr to, recovery from);
    task<storage::page_result> read_page(const subscription& to, storage::page_request wanted);
    task<session::outbox::room_verdict>
    send_paced(subscription_ptr to, std::vector<protocol::event> events);
    void give_up(const subscription& from);
    void send_caught_up(const subscription& to, std::int64_t seq) const;
    session::shared_frame replayed_frame_of(const protocol::event& event) const;
    session::shared_frame live_frame_of(const protocol::event& event, commit_times when) const;

    const thread_log& log_;
    storage::event_log& storage_;
    task_group& tasks_;
    failure::ledger& failures_;
    metrics::counters& counters_;
    std::optional<std::int64_t> published_;  // the log's head until something is published here
    std::map<std::string, subscription_ptr> by_connection_;
};

}  // namespace clarion::conversation
