#include "net/websocket/read_buffer.hpp"

#include "core/async/assert.hpp"

#include <algorithm>

namespace clarion::websocket {

read_buffer::read_buffer(std::string_view already_read) {
    if (already_read.empty())
        return;
    grown_ = std::make_unique_for_overwrite<char[]>(already_read.size());
    std::copy(already_read.begin(), already_read.end(), grown_.get());
    unread_ = std::span<const char>(grown_.get(), already_read.size());
}

std::span<char> read_buffer::space() {
    CLARION_ASSERT(unread_.empty());
    if (!was_full_) {
        grown_.reset();
        space_ = resident_;
    } else if (space_.size() != grown_bytes) {
        grown_ = std::make_unique_for_overwrite<char[]>(grown_bytes);
        space_ = std::span(grown_.get(), grown_bytes);
    }
    return space_;
}

void read_buffer::filled(std::size_t bytes) noexcept {
    was_full_ = bytes == space_.size();
    unread_ = space_.first(bytes);
}

}  // namespace clarion::websocket
