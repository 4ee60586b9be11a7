#include "core/session/outbox.hpp"

#include <utility>

namespace clarion::session {

outbox::push_verdict outbox::push(shared_frame frame) {
    if (closed_)
        return push_verdict::closed;
    if (bytes_ >= bytes_max_)
        return push_verdict::overflow;
    bytes_ += frame->body.size();
    frames_.push_back(std::move(frame));
    filled_.notify();
    return push_verdict::queued;
}

task<std::vector<shared_frame>> outbox::take(time_point deadline) {
    const executor on = co_await asio::this_coro::executor;
    while (frames_.empty() && !closed_ && on.owner().now() < deadline)
        co_await filled_.wait_until(deadline);
    std::vector<shared_frame> taken = std::exchange(frames_, {});
    bytes_ = 0;
    announce_room();
    co_return taken;
}

task<outbox::room_verdict> outbox::room(std::size_t more) {
    while (bytes_ != 0 && bytes_ + more > bytes_max_ / 2 && !closed_) {
        const auto place = waiting_for_room_.emplace(waiting_for_room_.end());
        co_await place->wait_to_the_end();
        waiting_for_room_.erase(place);
    }
    co_return closed_ ? room_verdict::closed : room_verdict::room;
}

void outbox::close() {
    closed_ = true;
    filled_.notify();
    announce_room();
}

void outbox::close_and_drop() {
    frames_.clear();
    bytes_ = 0;
    close();
}

void outbox::announce_room() {
    for (wakeup& waiting : waiting_for_room_)
        waiting.notify();
}

}  // namespace clarion::session
