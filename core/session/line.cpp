#include "core/session/line.hpp"

#include "core/metrics/counters.hpp"

#include <algorithm>
#include <utility>

namespace clarion::session {

using protocol::close_code;

line::line(executor on, connection& with, std::size_t outbox_bytes_max)
    : on_(on), with_(with), end_(std::make_shared<link_end>(on, outbox_bytes_max)), pumps_(on) {
    end_->control = this;
    pumps_.spawn(read());
    pumps_.spawn(write());
}

void line::end(closing why) {
    // A client that does not read would not read the rest either, and an event that must not be
    // seen is somewhere in the queue.
    if (why.code == close_code::slow_consumer || why.code == close_code::leak_guard)
        end_->frames.close_and_drop();
    inbox_.end(std::move(why));
}

task<> line::read() {
    while (true) {
        inbound received = co_await with_.receive();
        heard_at_ = on_.owner().now();
        end_->heard_at = heard_at_;
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

// One write for all that has gathered since the last one.
task<> line::write() {
    while (true) {
        std::vector<shared_frame> batch = co_await end_->frames.take();
        if (batch.empty())
            break;
        const send_verdict verdict = co_await send_owned(std::move(batch));
        if (const auto* lost = std::get_if<gone>(&verdict)) {
            end_->frames.close_and_drop();
            inbox_.end(vanished{lost->reason});
        }
    }
    co_await finishing_.wait();
    if (goodbye_)
        co_await with_.send_close(goodbye_->code, goodbye_->reason);
    written_.notify();
}

// The last tripwire before the write (ARCHITECTURE §2, invariant 5).
task<send_verdict> line::send_owned(std::vector<shared_frame> batch) {
    const bool owned = std::ranges::all_of(batch, [this](const shared_frame& frame) {
        return frame->kind != frame_kind::text || frame->owner == end_->owner;
    });
    if (owned)
        co_return co_await with_.send(std::move(batch));
    ++metrics::counters_of(end_->where()).leaks_blocked;
    end({close_code::leak_guard, "an event of another user was stopped"});
    co_return send_verdict(sent{});
}

task<> line::finish(session_end how, duration linger) {
    end_->control = nullptr;
    inbox_.end(how);
    end_->frames.close();
    if (auto* say = std::get_if<closing>(&how))
        goodbye_ = std::move(*say);
    finishing_.notify();
    if (goodbye_) {
        const executor on = co_await asio::this_coro::executor;
        const time_point deadline = on.owner().now() + linger;
        co_await written_.wait_until(deadline);
        co_await peer_left_.wait_until(deadline);
    }
    if (pumps_.size() > 0)
        with_.abort();
    co_await pumps_.join();
}

}  // namespace clarion::session
