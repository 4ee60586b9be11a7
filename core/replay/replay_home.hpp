#pragma once

#include "core/async/task_group.hpp"
#include "core/failure/ledger.hpp"
#include "core/replay/pace.hpp"
#include "core/replay/recording.hpp"
#include "core/session/user_home.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::replay {

/// Every user's home while a recording is played. To its owner it is the only thread there is, and
/// each subscription plays it: from the cursor on, or from its beginning without one, each event in
/// its time, then `caught_up`. `history` gives what has been played on the connection: a client
/// that reads it first, as the page does, sees the thread come into being. Nobody else has a
/// thread, and whatever would change something is `forbidden`. Its shard only; `close_sessions`,
/// then `join` before destruction.
class replay_home final : public session::user_home, public session::directory {
public:
    replay_home(executor on, recording& what, pace how, failure::ledger& failures);

    session::user_home& home_of(std::string_view /*user_id*/) override { return *this; }
    executor where() const override { return on_; }

    task<session::arrival> arrive(session::session_link link) override;
    task<> leave(session::session_link link) override;
    task<> message(session::request<protocol::client::message> asked) override;
    task<> subscribe(session::request<protocol::client::subscribe> asked) override;
    task<> unsubscribe(session::request<protocol::client::unsubscribe> asked) override;
    task<> cancel(session::request<protocol::client::cancel> asked) override;
    task<std::optional<protocol::server::error>> approve(
        session::request<protocol::client::approve> asked
    ) override;
    task<> history(session::request<protocol::client::history> asked) override;
    task<> delete_thread(session::request<protocol::client::delete_thread> asked) override;
    task<std::optional<protocol::server::error>> threads(
        session::request<protocol::client::threads> asked
    ) override;
    /// Nothing hangs on it here.
    task<std::optional<protocol::server::error>> ack(session::request<protocol::client::ack> asked
    ) override;

    /// Tells every session that the process goes away, and ends it.
    void close_sessions();
    /// Ends when nothing is being played any more.
    task<> join();

private:
    /// One subscription, and how far it has come.
    struct showing {
        showing(session::session_link to, std::optional<std::string> id, std::int64_t after_seq)
            : link(std::move(to)), asked_as(std::move(id)), played(after_seq) {}

        session::session_link link;
        std::optional<std::string> asked_as;  // the `id` of the `subscribe`
        std::int64_t played;
        wakeup stop;
        bool stopped = false;
    };
    using showing_ptr = std::shared_ptr<showing>;
    struct visitor {
        session::session_link link;
        showing_ptr watches{};  // also when it has ended
    };

    struct start {
        std::int64_t after_seq = 0;
        std::optional<protocol::server::recovery_failure> failure;
    };
    start start_of(const std::optional<protocol::client::cursor>& since) const;
    bool owns(const session::session_link& link, const std::string& thread_id) const;
    void answer_without_thread(const session::request<protocol::client::subscribe>& asked) const;
    std::int64_t played_to(const session::session_link& link) const;

    task<> play(showing_ptr to);
    task<> wait_until_due(showing_ptr to, time_point due) const;
    task<session::outbox::room_verdict> show(showing_ptr to, const protocol::event& event) const;
    void give_up(const showing& from, const std::string& why) const;
    static void stop(visitor& whose);

    executor on_;
    recording& recording_;
    pace pace_;
    failure::ledger& failures_;
    std::map<std::string, visitor> visitors_;  // by connection id
    task_group plays_;
};

}  // namespace clarion::replay
