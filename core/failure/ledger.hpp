#pragma once

#include "core/failure/codes.hpp"
#include "core/failure/logger.hpp"
#include "core/protocol/events.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::failure {

/// The ledger keeps so many records; the oldest goes first. Counts are never forgotten.
inline constexpr std::size_t records_max = 100;
/// What is longer is cut, with its size behind it.
inline constexpr std::size_t detail_bytes_max = 1024;
inline constexpr std::size_t stack_frames_max = 32;
inline constexpr std::size_t stack_frame_bytes_max = 256;

/// What a failure touches, as far as it is known where it is reported.
struct concern {
    context about{};
    /// Of the event concerned; 0 when there is none or it has none yet.
    std::int64_t seq = 0;
    /// Of the event concerned: mission_critical makes the failure critical, whatever its code.
    std::optional<protocol::event_level> level{};
    /// The coroutines that led there, innermost first; empty: those that the reporter runs in.
    std::vector<std::string> stack{};
};

/// One failure as `/debug/failures` shows it (PROTOCOL §7), by its code's row and this.
struct record {
    std::int64_t ts = 0;
    code what{};
    /// As raised.
    severity how{};
    std::string connection_id;
    /// Cut to 8 bytes.
    std::string user_id;
    std::string thread_id;
    std::string run_id;
    std::int64_t seq = 0;
    std::string detail;
    std::vector<std::string> stack;
};

/// Of one code that was reported at least once.
struct tally {
    code what{};
    std::uint64_t count = 0;
    /// By severity, in its order, as raised.
    std::array<std::uint64_t, severities_count> by_severity{};
    std::int64_t first = 0;
    std::int64_t last = 0;
};

struct ledger_snapshot {
    /// In the order of the codes.
    std::vector<tally> tallies;
    /// Oldest first.
    std::vector<record> records;
};

/// Every failure of the process: counted, kept while it is recent, and told to the log in one line
/// (invariant 7). An injected object; shards report to the same one. Thread-safe, and bounded
/// whatever is reported.
class ledger {
public:
    ledger(logger log, wall_clock clock);
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;

    /// `detail` says what is particular to this case: never a credential, never a user's text. A
    /// concern without a stack gets that of the running coroutine, the place of the report on top.
    void report(
        code what,
        const concern& touched,
        std::string_view detail,
        std::source_location from = std::source_location::current()
    );

    /// The log that failures are told to: sessions and runs make theirs from it.
    const logger& log() const { return log_; }

    std::uint64_t count(code what) const;
    ledger_snapshot snapshot() const;

private:
    record& next_record();

    const logger log_;
    const wall_clock clock_;
    mutable std::mutex mutex_;
    std::array<tally, codes_count> tallies_;
    std::vector<record> records_;
    /// Where the next record goes once all are in use: the oldest stands there.
    std::size_t oldest_ = 0;
};

/// `{"codes":{"tool_failed":{"count":2,"first":…,"last":…}},"records":[{"ts":…,"code":…,…}]}`, the
/// body of `/debug/failures`. Every record has every field; what is not known is "" or 0.
std::string to_json(const ledger_snapshot& shown);

}  // namespace clarion::failure
