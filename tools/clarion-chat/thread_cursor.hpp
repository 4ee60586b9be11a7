#pragma once

#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::chat {

/// What an event is to someone who stands at a cursor.
enum class event_place {
    next,   ///< the cursor has moved to it
    known,  ///< seen before: to be dropped
    gap,    ///< something before it is missing: subscribe again
};

/// A client's place (epoch, seq) in one thread's log, decided from frames alone (PROTOCOL §5).
class thread_cursor {
public:
    /// For `subscribe`. Nothing before the first `subscribed`, which makes it live only.
    std::optional<protocol::client::cursor> since() const;

    /// Takes a `subscribed` frame. Not recovered: the cursor stands before the oldest event kept,
    /// whatever its seq.
    void subscribed(const protocol::server::subscribed& frame);

    [[nodiscard]] event_place take(const std::string& epoch, std::int64_t seq);

    /// False when `caught_up` speaks of events that never came.
    [[nodiscard]] bool caught_up(std::int64_t seq);

private:
    enum class anchor { unknown, floating, held };

    anchor anchor_ = anchor::unknown;
    std::string epoch_;
    std::int64_t seq_ = 0;
};

}  // namespace clarion::chat
