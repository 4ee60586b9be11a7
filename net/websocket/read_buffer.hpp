#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace clarion::websocket {

/// Where one connection reads into. An idle one costs `resident_bytes`, which hold most client
/// frames whole; while more arrives than fits, 16 KiB on the heap, until a read no longer fills it.
///
/// A buffer shared by all connections of a shard would cost less still, but needs a wait for
/// readability before each read, which is one more system call (epoll_ctl) per message, and is of
/// no use under TLS.
class read_buffer {
public:
    static constexpr std::size_t resident_bytes = 256;
    static constexpr std::size_t grown_bytes = std::size_t{16} * 1024;

    /// Begins with bytes that were read before, such as those behind an HTTP upgrade.
    explicit read_buffer(std::string_view already_read);
    read_buffer(const read_buffer&) = delete;
    read_buffer& operator=(const read_buffer&) = delete;

    std::span<const char> unread() const noexcept { return unread_; }
    /// The first `bytes` of unread() have been dealt with.
    void consume(std::size_t bytes) noexcept { unread_ = unread_.subspan(bytes); }

    /// Room for the next read. Precondition: unread() is empty.
    std::span<char> space();
    /// `bytes` have been read into the front of the last space().
    void filled(std::size_t bytes) noexcept;

private:
    std::array<char, resident_bytes> resident_{};
    std::unique_ptr<char[]> grown_;
    std::span<char> space_;
    std::span<const char> unread_;
    bool was_full_ = false;
};

}  // namespace clarion::websocket
