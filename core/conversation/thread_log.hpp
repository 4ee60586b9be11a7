#pragma once

#include "core/async/wakeup.hpp"
#include "core/engine/event_sink.hpp"
#include "core/metrics/counters.hpp"
#include "core/protocol/events.hpp"
#include "core/storage/event_log.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace clarion::conversation {

/// Of events that were emitted together.
struct commit_times {
    time_point emitted_at;
    time_point committed_at;
};

/// Where committed events go next.
class publisher {
public:
    virtual void publish(const std::vector<protocol::event>& committed, commit_times when) = 0;

protected:
    ~publisher() = default;
};

/// Who is told of a commit that took long; one a shard (`scheduler::own`), silent unless set.
struct slow_commit_watch {
    duration least = std::chrono::milliseconds(500);
    std::function<void(const protocol::thread_key&, duration)> tell;
};

/// A user message's own append.
struct message_batch {
    storage::new_message message;
    std::vector<protocol::event> events;
    /// The thread's, should this message make it.
    std::string title;
    /// What it does to the row of another run.
    std::optional<storage::run_change> other_run{};
};

/// The front of one thread's log. One append is under way at a time; what comes meanwhile waits
/// and, where it may, goes together as the next one. Commit, then callbacks, then publish. Behind a
/// refused append everything that waits is refused too. The thread's shard only.
class thread_log final : public engine::event_sink {
public:
    /// Bound of what may wait; past it a batch is refused as `storage`.
    static constexpr std::size_t waiting_max = 4096;

    thread_log(executor on, protocol::thread_key key, storage::event_log& log, publisher& to);
    ~thread_log() override;

    /// Takes over what storage knows; `nullopt` for a thread that does not exist, or no more: its
    /// next event is the first of another epoch. Only while the log is idle.
    void load(const std::optional<storage::thread_row>& row);

    /// What retention has taken from the thread's front; nothing when that is known already.
    void trimmed(const storage::trimmed_thread& gone);

    void append(engine::run_batch batch, std::function<void(const engine::batch_verdict&)> done)
        override;

    /// `done` runs before the events are published. Never merged with other batches.
    void
    append_message(message_batch batch, std::function<void(const storage::append_verdict&)> done);

    /// The title from now on of a thread that exists, not empty. No news of the thread otherwise:
    /// `updated_ms` stays. Refused, it costs no other batch anything.
    void append_title(std::string title, std::function<void(const storage::append_verdict&)> done);

    const protocol::thread_key& key() const { return key_; }
    /// Empty until the thread's first event is committed.
    const std::string& epoch() const { return exists_ ? epoch_ : no_epoch_; }
    std::int64_t head() const { return head_; }
    std::int64_t first_kept() const { return first_kept_; }
    /// User and assistant messages that are kept.
    std::int64_t messages() const { return messages_; }
    bool exists() const { return exists_; }
    /// Empty until the thread exists.
    const std::string& title() const { return title_; }
    /// Of the last commit, Unix ms.
    std::int64_t updated_ms() const { return updated_ms_; }
    bool idle() const { return waiting_.empty() && !busy_; }

    /// Ends when nothing is under way.
    task<> drained();

private:
    struct item {
        std::vector<protocol::event> events;
        std::optional<storage::new_message> message;
        std::string title;
        std::string new_title;
        std::optional<storage::run_change> run;
        std::function<void(const storage::append_verdict&)> done;
        time_point emitted_at{};

        bool goes_alone() const { return message || !new_title.empty(); }
    };

    void enqueue(item added);
    void start_next();
    storage::append_request compose();
    void finished(storage::append_verdict verdict);
    void note_commit(time_point now);
    void committed_at(time_point now);
    void refuse_all(const storage::append_verdict& verdict);

    executor on_;
    protocol::thread_key key_;
    storage::event_log& log_;
    publisher& to_;
    metrics::counters& counters_;
    time_point handed_in_at_;
    std::string epoch_;
    std::string no_epoch_;
    std::int64_t head_ = 0;
    std::int64_t first_kept_ = 1;
    std::int64_t messages_ = 0;
    std::string title_;
    std::int64_t updated_ms_ = 0;
    std::int64_t handed_in_ms_ = 0;  // the time of the append under way
    bool exists_ = false;
    bool busy_ = false;  // from handing an append in until its last event is published
    std::deque<item> waiting_;
    std::vector<item> under_way_;
    wakeup drained_;
};

}  // namespace clarion::conversation
