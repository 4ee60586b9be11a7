#pragma once

#include "core/protocol/client_frames.hpp"
#include "core/protocol/thread_frames.hpp"
#include "core/storage/event_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Pages of threads and of history as frames, bounded in bytes.
namespace clarion::conversation {

/// What a `history` asks for of a thread that stands like this.
struct history_range {
    const protocol::client::history& asked;
    std::int64_t first_kept = 1;
    std::int64_t head = 0;

    /// What to read, but for whose it is. Nothing when `after_seq` is not below `up_to_seq`.
    storage::page_request page() const;
    /// Fills in what was read, as far as it fits into the frame, and whether there is more.
    void fill(protocol::server::history& answer, const std::vector<protocol::event>& read) const;
};

/// The frame for a list; what does not fit is left for `next`.
protocol::server::threads threads_page(const storage::thread_list& list);

/// `next` and `before`: opaque to clients.
std::string to_text(const storage::list_position& place);
std::optional<storage::list_position> list_position_of(std::string_view text);

}  // namespace clarion::conversation
