#pragma once

#include "core/async/wakeup.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace clarion::chat {

/// Lines of standard input, read only when asked for. A thread of its own does the reading: files
/// cannot be polled through Asio, and making a terminal non-blocking would change it for every
/// program that shares it.
class line_source {
public:
    /// Reads from descriptor `from`, answers on `to`.
    line_source(int from, executor to);
    line_source(const line_source&) = delete;
    line_source& operator=(const line_source&) = delete;
    ~line_source();

    /// The next line without its line feed; nothing at the end of the input. What follows the first
    /// `line_bytes_max` bytes of a line is a line of its own. One caller, on the shard of `to`.
    task<std::optional<std::string>> next();

    static constexpr std::size_t line_bytes_max = 256 * 1024;

private:
    void serve_demands();
    std::optional<std::string> read_line();
    bool read_more();

    const int from_;
    executor to_;
    int stop_[2] = {-1, -1};

    std::mutex mutex_;
    std::condition_variable asked_;
    bool is_wanted_ = false;
    bool is_stopped_ = false;

    std::string unread_;  // the thread's own
    std::optional<std::string> line_;
    wakeup arrived_;  // these two the shard's own
    std::thread thread_;
};

}  // namespace clarion::chat
