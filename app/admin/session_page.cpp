#include "app/admin/debug_pages.hpp"
#include "app/admin/json_list.hpp"
#include "app/admin/snapshot.hpp"
#include "core/session/session_list.hpp"

#include <map>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

using conversation::subscription_report;

/// Sessions live on their connection's shard, subscriptions on their user's.
struct shard_sessions {
    std::size_t sessions_count = 0;
    std::vector<session::session_report> sessions;
    std::vector<subscription_report> subscriptions;
};

struct placed_session {
    std::size_t shard = 0;
    session::session_report about;
};

void write_subscription(protocol::object_writer& object, const subscription_report& one) {
    object("thread_id", one.thread_id);
    object("state", one.state);
    object("acked_seq", one.acked_seq);
}

}  // namespace

task<std::string> sessions_json(const observed& server) {
    std::function<shard_sessions(std::size_t)> question = [&server](std::size_t index) {
        auto& list = server.shards[index].owner().own<session::session_list>();
        return shard_sessions{
            list.size(),
            list.reports(listed_max),
            server.homes[index]->subscriptions(listed_max),
        };
    };
    const auto answers = co_await ask_shards(server, std::move(question));
    std::size_t count = 0;
    std::vector<std::size_t> silent;
    std::vector<placed_session> sessions;
    std::map<std::string, std::vector<subscription_report>> subscriptions;
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
        if (!answers[shard]) {
            silent.push_back(shard);
            continue;
        }
        count += answers[shard]->sessions_count;
        for (const session::session_report& one : answers[shard]->sessions)
            if (sessions.size() < listed_max)
                sessions.push_back({shard, one});
        for (const subscription_report& one : answers[shard]->subscriptions)
            subscriptions[one.connection_id].push_back(one);
    }
    const auto write =
        [&subscriptions](protocol::object_writer& object, const placed_session& one) {
            object("connection_id", one.about.connection_id);
            object("user_id", one.about.user_id);
            object("remote_address", one.about.remote_address);
            object("since_ms", one.about.since_ms);
            object("shard", one.shard);
            object("outbox_bytes", one.about.outbox_bytes);
            object("heartbeat_age_ms", one.about.silent_ms);
            object(
                "subscriptions",
                json_list(subscriptions[one.about.connection_id], write_subscription)
            );
        };
    std::string out;
    protocol::object_writer page(out);
    page("sessions_count", count);
    page("sessions", json_list(sessions, write));
    page("shards_silent", silent);
    page.end();
    co_return out;
}

}  // namespace clarion::app
