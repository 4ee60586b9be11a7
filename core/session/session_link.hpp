#pragma once

#include "core/async/ask.hpp"
#include "core/session/ack_watch.hpp"
#include "core/session/outbox.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::session {

/// Ends a session from outside its own coroutines; called on the connection's shard.
class session_control {
public:
    virtual void end(closing why) = 0;
    /// The outbox has something to be written.
    virtual void frames_wait() = 0;

protected:
    ~session_control() = default;
};

/// The connection's end of a link: lives on the connection's shard, but for what is on its way
/// there.
class link_end : public std::enable_shared_from_this<link_end> {
public:
    link_end(executor on, std::string of_connection, std::size_t outbox_bytes_max)
        : connection_id(std::move(of_connection)),
          frames(outbox_bytes_max),
          heard_at(on.owner().now()),
          on_(on) {}

    const std::string connection_id;
    outbox frames;
    /// The session's user: whose frames may be written. Set once by the handshake, before there is
    /// a link; from then on read on any shard.
    std::string owner;
    session_control* control = nullptr;  // null once the session has ended
    /// When the client's last frame came.
    time_point heard_at;
    /// What is waited for; null unless the client acknowledges. The connection's shard only, and
    /// gone when the session has ended.
    std::unique_ptr<ack_watch> acks;

    /// On the connection's shard.
    void push(shared_frame frame);
    void end(closing why);

    /// From any shard: at once on the connection's own, otherwise with everything else that is on
    /// its way there, in order, in one turn.
    void send(std::vector<shared_frame> sent);

    executor where() const { return on_; }

private:
    void arrive();

    executor on_;
    bool overflowed_ = false;
    std::mutex mutex_;
    std::vector<shared_frame> under_way_;
};

/// A session as its user's threads see it: one FIFO to the connection's shard. A value that may
/// outlive the session; what is sent then goes nowhere, and stays parked in the log.
class session_link {
public:
    /// Of an end whose `owner` is known.
    explicit session_link(std::shared_ptr<link_end> end) : end_(std::move(end)) {}

    const std::string& connection_id() const { return end_->connection_id; }
    const std::string& user_id() const { return end_->owner; }

    /// In order, from any shard.
    void send(std::vector<shared_frame> frames) const { end_->send(std::move(frames)); }
    /// A frame for this session alone.
    void send_text(std::string body) const;

    /// Ends the session; what it was sent before still goes out, unless it does not read.
    void end(closing why) const;

    /// See `outbox::room`.
    task<outbox::room_verdict> room(std::size_t bytes) const;
    /// How much a replay sends at a time.
    std::size_t replay_bytes() const { return end_->frames.bytes_max() / 8; }

    /// What waits to be written. The connection's shard only, like `silent_for`.
    std::size_t outbox_bytes() const { return end_->frames.bytes(); }
    /// The client has acknowledged the thread's events up to `seq`. The connection's shard only,
    /// like `expects_no_acks`.
    void acknowledged(std::string_view thread_id, std::int64_t seq) const;
    /// The client gets nothing more of the thread.
    void expects_no_acks(std::string_view thread_id) const;
    /// Since the client's last frame.
    duration silent_for() const { return end_->where().owner().now() - end_->heard_at; }

private:
    std::shared_ptr<link_end> end_;
};

}  // namespace clarion::session
