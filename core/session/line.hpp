#pragma once

#include "core/async/task_group.hpp"
#include "core/session/connection.hpp"
#include "core/session/delivery_watch.hpp"
#include "core/session/inbox.hpp"
#include "core/session/line_list.hpp"
#include "core/session/session_link.hpp"

#include <memory>
#include <vector>

namespace clarion::session {

/// What runs between a connection and its session: one coroutine always reads into the inbox, one
/// writes what has gathered in the outbox. The writer is there only while there is something to
/// write, and a moment longer: suspended, it would cost an idle session some 1.5 kB. The
/// connection's shard only; await `finish` before destruction.
class line final : public session_control, public line_list::place {
public:
    /// Draws the connection's id.
    line(executor on, connection& with, std::size_t outbox_bytes_max, failure::ledger& failures);
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() = default;

    inbox& in() { return inbox_; }
    const std::shared_ptr<link_end>& out() const { return end_; }

    void end(closing why) override;
    void frames_wait() override;

    /// Queues a WebSocket ping.
    void ping();
    /// A frame of any kind came at `when` or later, or the peer took some that had to wait for it,
    /// or more of them wait than the inbox takes now.
    bool heard_since(time_point when) const { return end_->heard_at >= when || is_held_up_; }

    line_report report() const override;

    /// Writes what is queued and the close frame, waits at most `linger` for the peer's, and joins
    /// its coroutines.
    task<> finish(session_end how, duration linger);

private:
    task<> read();
    task<> write();
    task<> say_goodbye(closing with);
    void take_in(const ping_received& ping);
    void take_in(const ended& over);
    task<send_verdict> send_owned(std::vector<shared_frame> batch);
    task<send_verdict> send_in_pieces(std::vector<shared_frame> batch);

    executor on_;
    connection& with_;
    inbox inbox_;
    std::shared_ptr<link_end> end_;
    delivery_watch watch_;
    wakeup writer_ended_;
    wakeup written_;
    wakeup peer_left_;
    bool is_writing_ = false;
    bool is_held_up_ = false;  // the reader waits for room in the inbox
    bool is_over_ = false;     // the reader has heard of the connection's end
    task_group pumps_;
};

}  // namespace clarion::session
