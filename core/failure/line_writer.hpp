#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::failure {

/// Writes lines to a descriptor, waiting for room where nobody reads, yet never stuck in a write:
/// the wait ends within `abandon_ms_max` of `abandon`. One thread, with SIGPIPE blocked, but for
/// `abandon`.
class line_writer {
public:
    static constexpr int abandon_ms_max = 50;

    /// Keeps a descriptor of its own; the flags of the given one, which may be shared with other
    /// processes, stay as they are. If there is no such descriptor, every line is lost.
    explicit line_writer(int descriptor);
    line_writer(const line_writer&) = delete;
    line_writer& operator=(const line_writer&) = delete;
    ~line_writer();

    /// Gathers one line, '\n' included; writes what has gathered when there is much of it.
    void put(std::string_view line);
    /// Writes what has gathered. Returns how many lines were lost since the last call: nobody can
    /// read any more, the disk is full, or the writer was abandoned.
    [[nodiscard]] std::uint64_t flush();

    /// From now on lines are lost unless there is room at once. Any thread.
    void abandon() noexcept { abandoned_.store(true, std::memory_order_relaxed); }

private:
    void write_gathered();
    bool wait_for_room() const;

    int descriptor_;
    std::string gathered_;
    std::uint64_t lost_ = 0;
    bool inside_line_ = false;
    std::atomic<bool> abandoned_ = false;
};

}  // namespace clarion::failure
