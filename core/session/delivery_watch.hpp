#pragma once

#include "core/async/executor.hpp"
#include "core/async/scheduler.hpp"
#include "core/failure/ledger.hpp"
#include "core/session/connection.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <vector>

namespace clarion::session {

class link_end;

/// What a shard has told of late events, so that a slow disk is told once a second and not once for
/// every event; one a shard (`scheduler::own`).
struct late_reports {
    /// Of events that are not mission-critical, and of those that are.
    struct of_level {
        time_point silent_until;
        std::uint64_t untold = 0;
    };
    std::array<of_level, 2> levels;
};

/// Measures each live event's way to one session's socket, and says when it takes too long though
/// the socket could have been written: `event_late` and `delivery_stalled`. What waits because the
/// client does not read is nobody's failure here; the outbox has a bound for it. One session's; the
/// connection's shard only.
class delivery_watch final : private timer_entry {
public:
    /// From the emit to the write.
    static constexpr duration late_after = std::chrono::milliseconds(500);
    /// From a critical event's commit to the write.
    static constexpr duration stalled_after = std::chrono::seconds(5);
    /// Late events of a shard are reported at most so often for each of two levels; all count.
    static constexpr duration report_interval = std::chrono::seconds(1);

    /// `of` and `failures` outlive it.
    delivery_watch(executor on, const link_end& of, failure::ledger& failures);
    delivery_watch(const delivery_watch&) = delete;
    delivery_watch& operator=(const delivery_watch&) = delete;
    ~delivery_watch() override;

    /// The outbox has something to be written.
    void waits() {
        if (!armed())
            on_.owner().arm(*this, on_.owner().now() + stalled_after);
    }
    /// These are written now; until `is_free` the socket takes nothing more.
    void hands_over(const std::vector<shared_frame>& batch);
    void is_free(time_point since);

private:
    /// The first late one of each level in a batch.
    using late_frames = std::array<const outgoing_frame*, 2>;

    void expired() override;
    void measure(const outgoing_frame& frame, time_point now, late_frames& late);
    /// How long it could have been written, when it was ready at that time.
    duration held_up(time_point ready, time_point now) const;
    bool is_stalled(const outgoing_frame& frame, time_point now) const;
    void tell_late(const outgoing_frame& frame, late_reports::of_level& said, time_point now);
    void tell_stalled(const outgoing_frame& frame, time_point now);
    void report(
        failure::code what,
        const outgoing_frame& frame,
        std::string_view detail,
        std::source_location from = std::source_location::current()
    ) const;

    executor on_;
    const link_end& of_;
    failure::ledger& failures_;
    late_reports& late_;
    time_point free_since_;
    bool is_writing_ = false;
    bool is_told_ = false;  // that the delivery stands still
};

}  // namespace clarion::session
