#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace clarion::failure {

/// A pipe in the place of stderr: nobody reads it unless the test does.
class test_pipe {
public:
    test_pipe() {
        if (::pipe2(ends_, O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe");
    }
    test_pipe(const test_pipe&) = delete;
    test_pipe& operator=(const test_pipe&) = delete;
    ~test_pipe() {
        close_reading();
        close_writing();
    }

    int writing() const { return ends_[1]; }
    void close_writing() { close_end(ends_[1]); }
    void close_reading() { close_end(ends_[0]); }

    /// What can be read now or within 10 s: something, or "" at the end.
    std::string read_some() {
        pollfd readable{.fd = ends_[0], .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, 10'000) != 1)
            throw std::runtime_error("nothing came through the pipe");
        std::string bytes(65'536, '\0');
        const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    /// Everything up to and including `text`.
    std::string read_until(const std::string& text) {
        std::string all;
        while (all.find(text) == std::string::npos) {
            const std::string more = read_some();
            if (more.empty())
                throw std::runtime_error("the pipe ended before: " + text);
            all += more;
        }
        return all;
    }
    /// Everything, once nobody else holds the writing end.
    std::string read_all() {
        close_writing();
        std::string all;
        for (std::string more = read_some(); !more.empty(); more = read_some())
            all += more;
        return all;
    }
    /// Until there is no room for a single byte.
    void fill() {
        const int flags = ::fcntl(ends_[1], F_GETFL);
        ::fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
        const std::string bytes(4096, '#');
        while (::write(ends_[1], bytes.data(), bytes.size()) > 0) {
        }
        ::fcntl(ends_[1], F_SETFL, flags);
    }

private:
    static void close_end(int& end) {
        if (end >= 0)
            ::close(std::exchange(end, -1));
    }

    int ends_[2] = {-1, -1};
};

}  // namespace clarion::failure
