#include "tools/clarion-chat/thread_cursor.hpp"

namespace clarion::chat {

std::optional<protocol::client::cursor> thread_cursor::since() const {
    if (anchor_ == anchor::unknown)
        return std::nullopt;
    return protocol::client::cursor{epoch_, seq_};
}

void thread_cursor::subscribed(const protocol::server::subscribed& frame) {
    if (!frame.recovered) {
        anchor_ = anchor::floating;
        epoch_ = frame.epoch;
        seq_ = 0;
        return;
    }
    if (anchor_ == anchor::unknown)
        seq_ = frame.seq;
    if (epoch_.empty())
        epoch_ = frame.epoch;
    anchor_ = anchor::held;
}

event_place thread_cursor::take(const std::string& epoch, std::int64_t seq) {
    if (epoch_.empty() && seq_ == 0)
        epoch_ = epoch;  // the thread came into being
    if (epoch != epoch_ || anchor_ == anchor::unknown)
        return event_place::gap;
    if (anchor_ == anchor::held && seq <= seq_)
        return event_place::known;
    if (anchor_ == anchor::held && seq > seq_ + 1)
        return event_place::gap;
    anchor_ = anchor::held;
    seq_ = seq;
    return event_place::next;
}

bool thread_cursor::caught_up(std::int64_t seq) {
    if (anchor_ == anchor::held)
        return seq <= seq_;
    anchor_ = anchor::held;
    seq_ = seq;
    return true;
}

}  // namespace clarion::chat
