#include "core/session/inbox.hpp"

#include <utility>

namespace clarion::session {

bool inbox::is_full_for(std::size_t more_bytes) const {
    return texts_.size() >= held_frames_max || bytes_ + more_bytes > held_bytes_max;
}

task<> inbox::put(std::string text) {
    const std::size_t bytes = text.size();
    if (!flowing_ && is_full_for(bytes))
        end(closing{
            protocol::close_code::protocol_error,
            "more than 16 frames or 64 KiB before welcome",
            failure::code::hold_overflow
        });
    // A frame larger than the hold still goes into an empty inbox once the session flows.
    while (!end_ && is_full_for(bytes) && !texts_.empty())
        co_await taken_.wait();
    if (end_)
        co_return;
    bytes_ += bytes;
    texts_.push_back(std::move(text));
    arrived_.notify();
}

void inbox::flow() {
    flowing_ = true;
    arrived_.notify();
}

task<std::optional<std::string>> inbox::take() {
    using taken = std::optional<std::string>;
    while (texts_.empty() && !end_)
        co_await arrived_.wait();
    if (texts_.empty())
        co_return taken();
    std::string text = std::move(texts_.front());
    texts_.erase(texts_.begin());
    bytes_ -= text.size();
    taken_.notify();
    co_return taken(std::move(text));
}

void inbox::end(session_end why) {
    if (!end_) {
        end_ = std::move(why);
        texts_.clear();
    }
    arrived_.notify();
    taken_.notify();
}

void inbox::end_after_queued(session_end why) {
    if (!end_)
        end_ = std::move(why);
    arrived_.notify();
    taken_.notify();
}

}  // namespace clarion::session
