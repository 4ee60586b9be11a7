#pragma once

#include "core/async/wakeup.hpp"
#include "core/failure/codes.hpp"
#include "core/protocol/close_codes.hpp"
#include "core/session/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace clarion::session {

/// How a session says goodbye.
struct closing {
    protocol::close_code code = protocol::close_code::normal;
    std::string reason;
    /// What the ledger is told, where the close code alone does not say it.
    std::optional<failure::code> failed{};
    /// More than the reason, for the ledger alone.
    std::string detail{};
};

/// What waits to be written to one connection, bounded in bytes. The connection's shard only; links
/// on other shards hold it alive, but touch it by posting.
class outbox {
public:
    explicit outbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    outbox(const outbox&) = delete;
    outbox& operator=(const outbox&) = delete;

    enum class push_verdict : std::uint8_t {
        queued,
        overflow,  ///< the bound is reached: the client does not read, the session must end
        closed,    ///< nobody is there any more: the event stays parked in the log
    };
    /// The frame that crosses the bound is still taken, whatever its size: else whoever reads well
    /// would be cut off by one event that is larger than what was left.
    push_verdict push(shared_frame frame);

    /// Everything that has gathered, at least one frame; empty once closed and drained, or when
    /// nothing has come by `deadline`.
    task<std::vector<shared_frame>> take(time_point deadline);

    enum class room_verdict : std::uint8_t { room, closed };
    /// Ends when `more` bytes leave half of the bound to others, or when the outbox is empty: the
    /// pace of a replay.
    task<room_verdict> room(std::size_t more);

    /// Takes nothing more in; what is queued may still be taken out.
    void close();
    /// The same, and forgets what is queued.
    void close_and_drop();

    std::size_t bytes() const { return bytes_; }
    /// Oldest first.
    const std::vector<shared_frame>& waiting() const { return frames_; }
    /// Immutable: may be asked on any shard.
    std::size_t bytes_max() const { return bytes_max_; }

private:
    void announce_room();

    const std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::vector<shared_frame> frames_;
    wakeup filled_;
    std::list<wakeup> waiting_for_room_;
    bool closed_ = false;
};

}  // namespace clarion::session
