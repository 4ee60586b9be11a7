#include "tools/clarion-chat/line_source.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace clarion::chat {

line_source::line_source(int from, executor to) : from_(from), to_(to) {
    if (::pipe(stop_) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    // Signals are the shard's: a thread inherits the mask that it is born with.
    sigset_t every{};
    sigset_t before{};
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    thread_ = std::thread([this] { serve_demands(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

line_source::~line_source() {
    {
        const std::scoped_lock lock(mutex_);
        is_stopped_ = true;
    }
    asked_.notify_one();
    ::close(stop_[1]);  // what the thread polls beside its input
    thread_.join();
    ::close(stop_[0]);
}

task<std::optional<std::string>> line_source::next() {
    {
        const std::scoped_lock lock(mutex_);
        is_wanted_ = true;
    }
    asked_.notify_one();
    co_await arrived_.wait();
    co_return std::exchange(line_, std::nullopt);
}

void line_source::serve_demands() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            asked_.wait(lock, [this] { return is_wanted_ || is_stopped_; });
            if (is_stopped_)
                return;
            is_wanted_ = false;
        }
        auto arrive = [this, line = read_line()]() mutable {
            line_ = std::move(line);
            arrived_.notify();
        };
        asio::post(to_.owner().io(), std::move(arrive));
    }
}

std::optional<std::string> line_source::read_line() {
    while (true) {
        const std::size_t end = unread_.find('\n');
        const bool is_whole = end != std::string::npos && end <= line_bytes_max;
        if (is_whole || unread_.size() >= line_bytes_max || !read_more()) {
            if (!is_whole && unread_.empty())
                return std::nullopt;
            std::string line = unread_.substr(0, is_whole ? end : line_bytes_max);
            unread_.erase(0, is_whole ? end + 1 : line.size());
            if (line.ends_with('\r'))
                line.pop_back();
            return line;
        }
    }
}

// False at the end of the input, and when the source is being destroyed.
bool line_source::read_more() {
    std::array<pollfd, 2> watched{{{from_, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
    std::array<char, 4096> room{};
    while (true) {
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
            return false;
        if (watched[1].revents != 0)
            return false;
        if (watched[0].revents == 0)
            continue;
        const ssize_t got = ::read(from_, room.data(), room.size());
        if (got > 0) {
            unread_.append(room.data(), static_cast<std::size_t>(got));
            return true;
        }
        if (got == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
    }
}

}  // namespace clarion::chat
