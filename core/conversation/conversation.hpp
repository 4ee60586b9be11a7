#pragma once

#include "core/agents/agent_registry.hpp"
#include "core/async/latch.hpp"
#include "core/async/task_group.hpp"
#include "core/conversation/deletion_gate.hpp"
#include "core/conversation/run_queue.hpp"
#include "core/conversation/run_report.hpp"
#include "core/conversation/subscriptions.hpp"
#include "core/conversation/thread_log.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/protocol/thread_frames.hpp"
#include "core/session/user_home.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::conversation {

/// What a client waits before it comes back from a shutdown, before jitter.
inline constexpr duration reconnect_after = std::chrono::seconds(1);

/// Threads of a shard whose titles are asked for at a time; a thread beyond it keeps the title that
/// it has.
inline constexpr std::size_t titles_at_once_max = 64;
/// A thread that had more events than this before its first answer keeps its title, too.
inline constexpr std::int64_t title_events_max = 256;

/// What every conversation of a shard works with; all of it outlives them.
struct conversation_services {
    storage::event_log& storage;
    const agents::agent_registry& agents;
    engine::run_services runs;
    /// Owns what conversations spawn: runs and replays.
    task_group& tasks;
    /// Owns the questions for titles, which a drain cancels.
    task_group& titles;
    run_slots& slots;
    engine::run_limits limits;
    std::size_t queued_runs_max = 16;  // 0: no cap
    /// True once the server drains: nothing new is started.
    const bool& draining;
};

enum class message_verdict { accepted, known, refused };
enum class deletion_verdict { deleted, refused };

/// One thread of one user: its log's front, its subscribers, its line of runs. Lives as long as
/// somebody holds it: a subscribed session, a run, a verb under way. The user's shard only.
class conversation final : public std::enable_shared_from_this<conversation> {
public:
    conversation(executor on, protocol::thread_key key, const conversation_services& services);
    ~conversation();
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    /// What the log knows of the thread; seals the runs that an earlier process left open and puts
    /// the queued ones in line. Others wait for it through `ready`.
    task<> load();
    /// Ends when `load` has. A sentence when the log could not be read: forget this object then.
    task<std::optional<std::string>> ready();

    /// `refusal` is why a *new* message would be refused; a known one is answered all the same.
    task<message_verdict> message(
        session::request<protocol::client::message> asked,
        std::optional<protocol::server::error> refusal
    );
    void subscribe(const session::request<protocol::client::subscribe>& asked);
    void unsubscribe(const session::session_link& link) { subscribers_.unsubscribe(link); }
    void leave(const session::session_link& link) { subscribers_.leave(link); }
    task<> cancel(session::request<protocol::client::cancel> asked);
    /// A page of events, none beyond the published head; of a thread that does not exist an empty
    /// one.
    task<> history(session::request<protocol::client::history> asked);
    /// `bad_request` for a seq that no subscriber can know of.
    std::optional<protocol::server::error>
    ack(const session::session_link& from, const protocol::client::ack& body);

    /// What retention has taken from the thread's front.
    void trimmed(const storage::trimmed_thread& gone) { log_.trimmed(gone); }

    /// Whoever may append asks for a pass first: none is given while the thread is being deleted.
    task<deletion_gate::pass> enter() { return gate_.enter(); }
    /// Ends the thread's runs, then removes it from the log; nothing of it comes after `deleted`.
    /// Then this object stands for a thread that does not exist.
    task<deletion_verdict> remove(session::request<protocol::client::delete_thread> asked);

    /// Ends the active run with `shutdown`; queued runs stay for the next start.
    void shut_down();
    /// A run that only waits for a person is left to the next process; one whose agent cannot go
    /// on there ends as in `shut_down`.
    void leave_if_suspended();

    /// What the log knows of the thread is known here.
    bool is_loaded() const { return loaded_.is_open() && !load_failure_; }
    /// A run is active.
    bool is_working() const { return working_; }
    /// Runs that have not ended.
    std::vector<protocol::server::active_run> active_runs() const;
    const protocol::thread_key& key() const { return log_.key(); }
    /// What a list of threads shows of it.
    protocol::server::thread_entry entry() const;
    bool has_subscribed(const session::session_link& link) const {
        return subscribers_.contains(link);
    }
    std::size_t subscribers() const { return subscribers_.size(); }
    /// Their connection ids.
    std::vector<std::string> subscriber_ids() const { return subscribers_.connection_ids(); }
    std::optional<std::int64_t> acked_by(const session::session_link& link) const {
        return subscribers_.acked_by(link);
    }

    // For an operator.
    std::vector<run_report> runs() const;
    void count_runs(run_totals& into) const;
    std::optional<subscription_state> subscription_of(const session::session_link& link) const {
        return subscribers_.state_of(link);
    }

    /// Called when `entry` has changed.
    std::function<void(conversation&)> on_changed = [](conversation&) {
    };
    /// Calls back when the last holder has let go.
    std::function<void(const protocol::thread_key&)> on_gone;

private:
    void report(
        failure::code what,
        const failure::concern& touched,
        std::string_view detail,
        std::source_location from = std::source_location::current()
    ) const;
    task<> recover(const storage::open_run& run);
    task<std::optional<engine::suspended_run>> take_up(const storage::open_run& run);
    task<bool> close_lost(const storage::open_run& run);
    task<std::optional<std::string>> load_text(queued_run& run);
    queued_run_ptr take_place(const protocol::client::message& body, std::string agent);
    void stop_active_for(const protocol::client::message& body, const queued_run_ptr& next);
    std::optional<storage::run_change>
    end_of_suspension(const protocol::client::message& body, const queued_run& next) const;
    message_batch batch_of(
        const protocol::client::message& body,
        const queued_run& run,
        std::size_t position
    ) const;
    task<storage::append_verdict> commit_message(
        const session::request<protocol::client::message>& asked,
        queued_run_ptr run,
        message_batch batch
    );
    message_verdict answer_duplicate(
        const session::request<protocol::client::message>& asked,
        const storage::duplicate_message& known
    );
    task<message_verdict> answer_known_or(
        session::request<protocol::client::message> asked,
        protocol::server::error refusal
    );
    using cancel_answer = std::variant<protocol::server::cancel_result, protocol::server::error>;
    task<cancel_answer> answer_of(const protocol::client::cancel& which);
    task<cancel_answer> cancel_waiting(queued_run_ptr run);
    task<cancel_answer> cancel_running(queued_run_ptr run);

    task<std::optional<protocol::server::error>> remove_now();
    enum class runs_end : std::uint8_t { ended, refused };
    task<runs_end> end_runs();
    queued_run_ptr last_waiting() const;

    /// What the thread was when the run began that answered.
    struct beginning_place {
        std::string epoch;
        std::int64_t seq = 0;
    };
    void begin_title(const queued_run& ended);
    static task<> make_title(
        std::shared_ptr<conversation> self,
        const agents::agent* by,
        agents::thread_beginning of,
        beginning_place where
    );
    task<bool> is_first_answer(beginning_place where);
    task<> store_title(std::string title, std::string epoch);
    void keep_title(const std::string& reason) const;

    void start_next();
    bool may_work(queued_run& next);
    static task<> work_off(std::shared_ptr<conversation> self, queued_run_ptr front);
    task<> run_front(queued_run_ptr front);
    enum class after_refusal : std::uint8_t { done, run_again };
    void tell_unsealed(const storage::open_run& run, const std::string& reason);
    task<after_refusal> seal_when_possible(const storage::open_run& run, std::string reason);
    engine::request_scope_ptr scope_of(const queued_run& run) const;

    executor on_;
    conversation_services services_;
    thread_log log_;
    subscriptions subscribers_;
    run_queue queue_;
    bool working_ = false;  // the front is at work
    bool waits_for_slot_ = false;
    bool has_answered_ = false;  // here: whatever is answered next is not the first answer
    bool sealing_ = false;       // the front cannot be ended before the log takes writes again
    wakeup settled_;             // working_ or sealing_ has changed
    deletion_gate gate_;
    latch loaded_;
    std::optional<std::string> load_failure_;
};

}  // namespace clarion::conversation
