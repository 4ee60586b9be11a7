#include "core/session/line.hpp"

#include "core/metrics/counters.hpp"
#include "core/trace/mark.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace clarion::session {

using protocol::close_code;

namespace {

// So long a writer waits for more: longer than the pauses within a run, because a new one costs
// some thousand instructions.
constexpr duration writer_patience = std::chrono::seconds(1);

// The kernel takes what its buffer has room for at once; what needed longer, the peer has read.
constexpr duration at_once = std::chrono::milliseconds(10);
constexpr std::size_t piece_bytes = 32768;

// Says that the writer has ended, however it does.
class ending_writer {
public:
    ending_writer(bool& is_writing, wakeup& ended) : is_writing_(is_writing), ended_(ended) {}
    ending_writer(const ending_writer&) = delete;
    ending_writer& operator=(const ending_writer&) = delete;
    ~ending_writer() {
        is_writing_ = false;
        ended_.notify();
    }

private:
    bool& is_writing_;
    wakeup& ended_;
};

}  // namespace

line::line(executor on, connection& with, std::size_t outbox_bytes_max, failure::ledger& failures)
    : line_list::place(on),
      on_(on),
      with_(with),
      end_(std::make_shared<link_end>(on, on.owner().random().id("c_"), outbox_bytes_max)),
      watch_(on, *end_, failures),
      pumps_(on) {
    end_->control = this;
    trace::tag_coroutine("connection", end_->connection_id);
    pumps_.spawn(read());
}

line_report line::report() const {
    return {end_->connection_id, end_->owner, pumps_.size(), !is_over_};
}

void line::end(closing why) {
    // A client that does not read would not read the rest either, and an event that must not be
    // seen is somewhere in the queue.
    if (why.code == close_code::slow_consumer || why.code == close_code::leak_guard)
        end_->frames.close_and_drop();
    inbox_.end(std::move(why));
}

task<> line::read() {
    const line_list::pump alive(*this);
    while (true) {
        inbound received = co_await with_.receive();
        trace::mark("touch", end_->connection_id);
        end_->heard_at = on_.owner().now();
        if (auto* text = std::get_if<text_message>(&received)) {
            is_held_up_ = true;
            co_await inbox_.put(std::move(text->text));
            is_held_up_ = false;
        } else if (const auto* ping = std::get_if<ping_received>(&received)) {
            take_in(*ping);
        } else if (std::holds_alternative<binary_message>(received)) {
            inbox_.end(closing{
                close_code::unsupported_data,
                "clarion.v1 has no binary frames",
                failure::code::protocol_violation
            });
        } else if (const auto* over = std::get_if<ended>(&received)) {
            take_in(*over);
            co_return;
        }
    }
}

void line::ping() {
    end_->push(std::make_shared<const outgoing_frame>(
        outgoing_frame{frame_kind::ping, end_->owner, std::string()}
    ));
}

void line::take_in(const ping_received& ping) {
    end_->push(std::make_shared<const outgoing_frame>(
        outgoing_frame{frame_kind::pong, end_->owner, ping.payload}
    ));
}

void line::take_in(const ended& over) {
    is_over_ = true;
    if (over.who == ended::by::transport)
        inbox_.end_after_queued(vanished{over.reason});
    else if (over.who == ended::by::violation)
        inbox_.end_after_queued(closing{
            static_cast<close_code>(over.code),
            over.reason,
            failure::code::protocol_violation
        });
    else if (over.code == 1005)  // the peer gave no code; 1005 itself never goes on the wire
        inbox_.end_after_queued(closing{close_code::normal, ""});
    else
        inbox_.end_after_queued(closing{static_cast<close_code>(over.code), ""});
    peer_left_.notify();
}

void line::frames_wait() {
    watch_.waits();
    if (!std::exchange(is_writing_, true))
        pumps_.spawn(write());
}

// One write for all that has gathered since the last one. Between its last look at the outbox and
// its end nothing else runs, so that no frame is left without a writer.
task<> line::write() {
    const line_list::pump alive(*this);
    const ending_writer ends(is_writing_, writer_ended_);
    time_point free_since = on_.owner().now();
    while (true) {
        std::vector<shared_frame> batch = co_await end_->frames.take(free_since + writer_patience);
        if (batch.empty())
            co_return;
        watch_.hands_over(batch);
        const send_verdict verdict = co_await send_owned(std::move(batch));
        free_since = on_.owner().now();
        watch_.is_free(free_since);
        if (const auto* lost = std::get_if<gone>(&verdict)) {
            end_->frames.close_and_drop();
            inbox_.end_after_queued(vanished{lost->reason});
        }
    }
}

task<> line::say_goodbye(closing with) {
    const line_list::pump alive(*this);
    while (is_writing_)
        co_await writer_ended_.wait();
    trace::mark("closed", end_->connection_id);
    co_await with_.send_close(with.code, with.reason);
    written_.notify();
}

// The last tripwire before the write (ARCHITECTURE §2, invariant 5).
task<send_verdict> line::send_owned(std::vector<shared_frame> batch) {
    trace::mark("send", end_->connection_id);
    trace::mark("touch", end_->connection_id);
    const bool owned = std::ranges::all_of(batch, [this](const shared_frame& frame) {
        return frame->kind != frame_kind::text || frame->owner == end_->owner;
    });
    if (owned)
        co_return co_await send_in_pieces(std::move(batch));
    ++metrics::counters_of(end_->where()).leaks_blocked;
    end({close_code::leak_guard, "an event of another user was stopped"});
    co_return send_verdict(sent{});
}

// A ping stands behind all of it: that a slow client reads must be seen before it is answered.
task<send_verdict> line::send_in_pieces(std::vector<shared_frame> batch) {
    send_verdict verdict = sent{};
    auto next = batch.begin();
    while (next != batch.end() && std::holds_alternative<sent>(verdict)) {
        const auto first = next;
        std::size_t bytes = 0;
        while (next != batch.end() && bytes < piece_bytes)
            bytes += (*next++)->body.size();
        std::vector<shared_frame> piece(
            std::make_move_iterator(first),
            std::make_move_iterator(next)
        );
        const time_point begun = on_.owner().now();
        verdict = co_await with_.send(std::move(piece));
        if (on_.owner().now() - begun >= at_once)
            end_->heard_at = on_.owner().now();
    }
    co_return verdict;
}

task<> line::finish(session_end how, duration linger) {
    end_->control = nullptr;
    end_->acks.reset();
    inbox_.end(how);
    end_->frames.close();
    if (auto* goodbye = std::get_if<closing>(&how)) {
        const time_point deadline = on_.owner().now() + linger;
        pumps_.spawn(say_goodbye(std::move(*goodbye)));
        co_await written_.wait_until(deadline);
        co_await peer_left_.wait_until(deadline);
    }
    if (pumps_.size() > 0)
        with_.abort();
    co_await pumps_.join();
}

}  // namespace clarion::session
