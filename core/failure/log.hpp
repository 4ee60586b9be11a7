#pragma once

#include "core/failure/log_entry.hpp"
#include "core/failure/logger.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace clarion::failure {

/// So many records wait for the writing thread; past it new ones are dropped and counted. As many
/// again may be in its hands.
inline constexpr std::size_t log_records_max = 4096;
/// A longer message is cut, with its size behind it.
inline constexpr std::size_t log_message_bytes_max = 4096;
/// How long the end of `logging` waits for whoever reads the log.
inline constexpr int log_flush_ms_max = 500;

struct log_settings {
    log_format format = log_format::text;
    /// What is below is not written.
    severity level = severity::info;
    /// Equal consecutive records are counted for so long before the count is written.
    std::int64_t repeat_window_ms = 1000;
    /// Where the lines go: stderr.
    int descriptor = 2;
};

/// The log of the process, over Boost.Log: from its start to its end, loggers made from `root`
/// write lines to stderr. No caller waits for whoever reads them: one thread writes what has
/// queued up; how many records found the queue full, or were lost in writing, is one line as soon
/// as there is room again. The end writes what is queued, within a second. Loggers may outlive it,
/// and are silent then.
///
/// Records pass Boost.Log's core with the attributes "Severity", "UnixMs", "Context" and "Message",
/// so that the sinks of a program around us see them, too. Throws when no thread can be started.
class logging {
public:
    logging(log_settings with, wall_clock clock);
    logging(const logging&) = delete;
    logging& operator=(const logging&) = delete;
    ~logging();

    logger root() const;

    /// Records dropped or lost so far (`code::log_dropped`), also those that the log could not tell
    /// of yet. Any thread.
    std::uint64_t dropped() const noexcept;

    /// `tell` is called on the writing thread with the number of records missing, each time the log
    /// itself has said so. An empty one ends that; after it none is called any more.
    void when_dropped(std::function<void(std::uint64_t)> tell);

private:
    class back_end;
    std::shared_ptr<back_end> back_end_;
};

}  // namespace clarion::failure
