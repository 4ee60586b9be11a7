#pragma once

#include "core/async/wakeup.hpp"
#include "core/session/connection.hpp"
#include "core/session/outbox.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::session {

/// What the hold takes before `welcome`; past it the session closes 4502 (PROTOCOL §2).
inline constexpr std::size_t held_frames_max = 16;
inline constexpr std::size_t held_bytes_max = 65536;

/// The socket is gone; there is nobody to say goodbye to.
struct vanished {
    std::string reason;
};
/// Why a session ends.
using session_end = std::variant<closing, vanished>;

/// What came in and is not yet processed: between the one coroutine that always reads and the one
/// that processes. Before `flow` it is the bounded hold: what does not fit ends the session. After
/// it, what does not fit makes the reader wait. Connection's shard only.
class inbox {
public:
    /// From the reader. Waits for room once the session flows.
    task<> put(std::string text);

    /// The welcome is on its way: what is held may be taken, more may come.
    void flow();

    /// The next text, in order; nothing when the session has `ended`. (The end itself would be a
    /// hundred bytes in every frame that waits here.)
    task<std::optional<std::string>> take();

    /// Ends the session at once: what is still queued is not processed. The first reason counts.
    void end(session_end why);
    /// Ends it after what is queued, which the peer had sent before it left.
    void end_after_queued(session_end why);
    const std::optional<session_end>& ended() const { return end_; }
    /// It has ended, and nothing that was sent before is left to be processed.
    bool is_over() const { return end_ && texts_.empty(); }

private:
    bool is_full_for(std::size_t more_bytes) const;

    std::vector<std::string> texts_;  // few: a deque would cost an idle session 600 bytes
    std::size_t bytes_ = 0;
    bool flowing_ = false;
    std::optional<session_end> end_;
    wakeup arrived_;
    wakeup taken_;
};

}  // namespace clarion::session
