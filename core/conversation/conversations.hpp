#pragma once

#include "core/async/task_group.hpp"
#include "core/conversation/change_notices.hpp"
#include "core/conversation/conversation.hpp"
#include "core/conversation/home_roll.hpp"
#include "core/conversation/message_rate.hpp"
#include "core/engine/approval_index.hpp"
#include "core/session/memory_budget.hpp"
#include "core/session/user_home.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace clarion::conversation {

struct conversations_settings {
    engine::run_limits runs;
    std::size_t queued_runs_max = 16;
    std::int64_t messages_per_minute = 120;
    std::size_t runs_active_per_user_max = 64;
    std::size_t connections_per_user_max = 1000;
    std::size_t subscriptions_per_connection_max = 1000;
    /// Asked before a message is taken; outlives the conversations. None: there is always memory.
    const session::memory_budget* memory = nullptr;
};

/// The home of one shard's users: their sessions, and their threads as long as somebody needs them.
/// The shard only; `drain`, then `join` before destruction.
class conversations final : public session::user_home {
public:
    conversations(
        executor on,
        storage::event_log& storage,
        const engine::engine_factory& engines,
        const agents::agent_registry& agents,
        failure::ledger& failures,
        conversations_settings settings
    );
    ~conversations() override;

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
    task<std::optional<protocol::server::error>> ack(session::request<protocol::client::ack> asked
    ) override;

    /// Loads a thread that an earlier process left with open runs: they are sealed, queued ones
    /// start. A sentence when that failed.
    task<std::optional<std::string>> revive(protocol::thread_key key);

    /// What retention has taken from threads of this shard's users, for those that are loaded. The
    /// others find out when they are.
    task<> trimmed(std::vector<storage::trimmed_thread> gone);

    /// Who can answer has changed: tells every session, and who arrives from now on.
    task<> show_agents(std::vector<protocol::server::agent_card> cards);

    /// Ends every session of the user; says how many there were.
    task<std::size_t> end_sessions(std::string user_id, session::closing why);

    /// No new runs and messages; sessions hear `going_away`; runs get `grace`, then end as
    /// `shutdown`. A suspended run is left to the next process at once.
    task<> drain(duration grace);
    /// Ends every session of the shard's users with 1001.
    task<> close_sessions();
    /// Ends when nothing of the shard's threads is at work any more, stragglers cancelled.
    task<> join();

    std::size_t active_runs() const;
    /// Engines and tool calls that have not ended.
    std::size_t bodies_at_work() const { return bodies_.size(); }

    // What an operator sees: no more than asked for, in the order of users and threads.
    std::vector<run_report> runs(std::size_t runs_max) const;
    /// Without those of the server's own users.
    run_totals count_runs() const;
    std::vector<subscription_report> subscriptions(std::size_t subscriptions_max) const;

    /// Who is here, for whoever compares it with who should be.
    home_roll roll() const;

private:
    struct visitor {
        session::session_link link;
        std::map<std::string, std::shared_ptr<conversation>> subscribed;  // by thread id
    };
    struct user_state {
        explicit user_state(std::int64_t messages_per_minute) : rate(messages_per_minute) {}
        message_rate rate;
        std::map<std::string, visitor> visitors;  // by connection id
    };

    task<std::shared_ptr<conversation>> loaded(
        const session::session_link& link,
        const std::string& thread_id,
        std::optional<std::string> id
    );
    task<> load(std::shared_ptr<conversation> made);
    void note_message(const std::string& user_id, message_verdict verdict, duration took);
    task<std::optional<std::vector<protocol::server::active_run>>> active_runs_of(
        std::string user_id
    );
    void thread_changed(conversation& changed);
    void announce(const conversation& changed);
    std::shared_ptr<conversation> find_or_make(const protocol::thread_key& key);
    std::optional<protocol::server::error>
    subscription_limit_of(const session::session_link& link, const std::string& thread_id) const;
    std::optional<protocol::server::error> limit_of(const std::string& user_id);
    void remember_subscription(const session::session_link& link, std::shared_ptr<conversation> to);

    executor on_;
    conversations_settings settings_;
    bool draining_ = false;
    std::optional<std::vector<protocol::server::agent_card>> agents_;  // absent: as configured
    engine::approval_index approvals_;
    std::map<std::string, user_state> users_;
    std::map<protocol::thread_key, std::weak_ptr<conversation>> threads_;
    run_slots slots_;
    change_notices notices_;
    task_group bodies_;
    task_group tasks_;
    task_group titles_;
    conversation_services services_;
};

}  // namespace clarion::conversation
