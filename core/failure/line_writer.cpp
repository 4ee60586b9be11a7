#include "core/failure/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clarion::failure {

namespace {

/// A pipe or socket that polls writable has room for this much (PIPE_BUF on Linux), and takes it in
/// one piece, so that lines of processes that share it do not mix.
constexpr std::size_t piece_bytes_max = 4096;

/// A description of our own where the kernel gives us one, since O_NONBLOCK belongs to the
/// description: set on a shared one it would change the shell's terminal and our children's stderr.
/// Never for a file, which would be written from its beginning again.
int open_own(int descriptor) {
    struct stat kind{};
    if (::fstat(descriptor, &kind) == 0 && (S_ISFIFO(kind.st_mode) || ::isatty(descriptor) == 1)) {
        const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
        const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0)
            return own;
    }
    return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

}  // namespace

line_writer::line_writer(int descriptor) : descriptor_(open_own(descriptor)) {}

line_writer::~line_writer() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void line_writer::put(std::string_view line) {
    if (gathered_.size() + line.size() > piece_bytes_max)
        write_gathered();
    gathered_ += line;
}

std::uint64_t line_writer::flush() {
    write_gathered();
    const std::uint64_t lost = lost_;
    lost_ = 0;
    return lost;
}

void line_writer::write_gathered() {
    const std::size_t lines = static_cast<std::size_t>(std::ranges::count(gathered_, '\n'));
    if (inside_line_ && lines > 0)
        gathered_.insert(gathered_.begin(), '\n');  // ends the line that was cut
    std::string_view left = gathered_;
    while (!left.empty() && wait_for_room()) {
        const ssize_t wrote =
            ::write(descriptor_, left.data(), std::min(left.size(), piece_bytes_max));
        if (wrote > 0) {
            inside_line_ = left[static_cast<std::size_t>(wrote) - 1] != '\n';
            left.remove_prefix(static_cast<std::size_t>(wrote));
        } else if (errno != EAGAIN && errno != EINTR) {
            break;
        }
    }
    lost_ += std::min(lines, static_cast<std::size_t>(std::ranges::count(left, '\n')));
    gathered_.clear();
}

/// False when there will be none. A broken descriptor has room for the error that a write gets.
bool line_writer::wait_for_room() const {
    if (descriptor_ < 0)
        return false;
    while (true) {
        const bool may_wait = !abandoned_.load(std::memory_order_relaxed);
        pollfd writable{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&writable, 1, may_wait ? abandon_ms_max : 0);
        if (ready > 0)
            return true;
        if (!may_wait || (ready < 0 && errno != EINTR))
            return false;
    }
}

}  // namespace clarion::failure
