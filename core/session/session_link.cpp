#include "core/session/session_link.hpp"

#include "core/metrics/error_frame.hpp"
#include "core/metrics/own_counters.hpp"
#include "core/trace/mark.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace clarion::session {

void link_end::push(shared_frame frame) {
    trace::mark("touch", connection_id);
    const auto error = metrics::code_of_error_frame(frame->body);
    const auto verdict = frames.push(std::move(frame));
    if (error && verdict == outbox::push_verdict::queued)
        metrics::counters_of(on_, owner).error_frames.add(*error);
    if (verdict == outbox::push_verdict::queued && control != nullptr)
        control->frames_wait();
    if (verdict != outbox::push_verdict::overflow)
        return;
    // The frames behind it overflow too: the client is cut off once.
    if (!std::exchange(overflowed_, true))
        ++metrics::counters_of(on_).outbox_overflows;
    end({protocol::close_code::slow_consumer, "the client does not read"});
}

void link_end::end(closing why) {
    if (control != nullptr)
        control->end(std::move(why));
}

void link_end::send(std::vector<shared_frame> sent) {
    if (scheduler::current() == &on_.owner()) {
        for (shared_frame& frame : sent)
            push(std::move(frame));
        return;
    }
    const std::lock_guard lock(mutex_);
    if (under_way_.empty())
        asio::post(on_, [self = shared_from_this()] { self->arrive(); });
    std::ranges::move(sent, std::back_inserter(under_way_));
}

void link_end::arrive() {
    std::vector<shared_frame> arrived;
    {
        const std::lock_guard lock(mutex_);
        arrived.swap(under_way_);
    }
    for (shared_frame& frame : arrived)
        push(std::move(frame));
}

void session_link::send_text(std::string body) const {
    send({std::make_shared<const outgoing_frame>(
        outgoing_frame{frame_kind::text, user_id(), std::move(body)}
    )});
}

void session_link::end(closing why) const {
    asio::post(end_->where(), [end = end_, why = std::move(why)] { end->end(why); });
}

void session_link::acknowledged(std::string_view thread_id, std::int64_t seq) const {
    if (!end_->acks)
        end_->acks = std::make_unique<ack_watch>(end_->where());
    end_->acks->acknowledged(thread_id, seq);
}

void session_link::expects_no_acks(std::string_view thread_id) const {
    if (end_->acks)
        end_->acks->forget(thread_id);
}

task<outbox::room_verdict> session_link::room(std::size_t bytes) const {
    const std::shared_ptr<link_end> end = end_;
    co_return co_await ask(end->where(), end->frames.room(bytes));
}

}  // namespace clarion::session
