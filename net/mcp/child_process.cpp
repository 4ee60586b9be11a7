#include "net/mcp/child_process.hpp"

#include "core/async/sleep.hpp"
#include "core/async/task_group.hpp"
#include "net/socket_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace clarion::mcp {

namespace {

using descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

constexpr duration poll_interval = std::chrono::milliseconds(10);
constexpr std::size_t error_line_bytes_max = 4096;

constexpr std::array passed_on = {
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER"
};

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

/// Both ends of a pipe; what is not taken is closed.
class pipe_ends {
public:
    pipe_ends() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
            error_ = errno;
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        for (const int end : ends_)
            if (end >= 0)
                ::close(end);
    }

    int error() const { return error_; }
    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    int take_reading() { return std::exchange(ends_[0], -1); }
    int take_writing() { return std::exchange(ends_[1], -1); }

private:
    std::array<int, 2> ends_{-1, -1};
    int error_ = 0;
};

/// What posix_spawn is told beside the program.
class spawn_orders {
public:
    spawn_orders(const pipe_ends& in, const pipe_ends& out, const pipe_ends& errors) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_adddup2(&files_, in.reading(), STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, out.writing(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, errors.writing(), STDERR_FILENO);
        // Asio's sockets are inherited unless somebody closes them.
        ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        constexpr int flags =
            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    spawn_orders(const spawn_orders&) = delete;
    spawn_orders& operator=(const spawn_orders&) = delete;
    ~spawn_orders() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    const posix_spawn_file_actions_t* files() const { return &files_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_of(const command_line& what) {
    std::map<std::string, std::string> all;
    for (const char* name : passed_on)
        if (const char* const value = std::getenv(name))
            all[name] = value;
    for (const auto& [name, value] : what.environment)
        all[name] = value;
    std::vector<std::string> lines;
    for (const auto& [name, value] : all)
        lines.push_back(name + "=" + value);
    return lines;
}

// As exec wants it: pointers, a null one at the end.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// The groups that live, of the whole process: a process that leaves at once asks no shard.
class live_groups {
public:
    static live_groups& of_this_process() {
        static live_groups made;
        return made;
    }

    void add(pid_t leader) {
        const std::lock_guard lock(mutex_);
        leaders_.insert(leader);
    }
    // Before it is reaped: afterwards its number may be somebody else's.
    void remove(pid_t leader) {
        const std::lock_guard lock(mutex_);
        leaders_.erase(leader);
    }
    void kill_all() {
        const std::lock_guard lock(mutex_);
        for (const pid_t leader : leaders_)
            ::kill(-leader, SIGKILL);
    }

private:
    std::mutex mutex_;
    std::set<pid_t> leaders_;
};

class pipe_stream final : public net::byte_stream {
public:
    pipe_stream(descriptor from, descriptor to) : from_(std::move(from)), to_(std::move(to)) {}

    task<net::io_result> read_some(std::span<char> into) override {
        const auto [error, bytes] = co_await from_.async_read_some(
            asio::buffer(into.data(), into.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return net::io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return net::io_result(net::failed_with(error, caller));
    }

    task<net::io_result> write(std::span<const char> from) override {
        const auto [error, bytes] = co_await asio::async_write(
            to_,
            asio::buffer(from.data(), from.size()),
            asio::as_tuple(use_task)
        );
        if (!error)
            co_return net::io_result(bytes);
        const auto caller = co_await asio::this_coro::cancellation_state;
        co_return net::io_result(net::failed_with(error, caller));
    }

    task<> finish(net::linger_limits) override {
        close_writing();
        co_return;
    }
    void abort() noexcept override {
        close_writing();
        boost::system::error_code closed_anyway;
        from_.close(closed_anyway);
    }
    const std::string& remote_address() const noexcept override { return name_; }

    void close_writing() noexcept {
        boost::system::error_code closed_anyway;
        to_.close(closed_anyway);
    }

private:
    descriptor from_;
    descriptor to_;
    std::string name_ = "a process";
};

class spawned_process final : public child_process {
public:
    spawned_process(pid_t pid, descriptor from, descriptor to, descriptor errors)
        : pid_(pid), pipes_(std::move(from), std::move(to)), errors_(std::move(errors)) {
        live_groups::of_this_process().add(pid_);
    }
    ~spawned_process() override {
        if (!is_running_)
            return;
        ::kill(-pid_, SIGKILL);
        reap(0);
    }

    net::byte_stream& pipes() override { return pipes_; }

    task<> read_errors(std::function<void(std::string_view)> line) override {
        std::string gathered;
        std::array<char, 4096> room{};
        while (true) {
            const auto [error, bytes] =
                co_await errors_.async_read_some(asio::buffer(room), asio::as_tuple(use_task));
            if (error)
                break;
            gathered.append(room.data(), bytes);
            for (std::size_t end = gathered.find('\n');
                 end != std::string::npos || gathered.size() >= error_line_bytes_max;
                 end = gathered.find('\n')) {
                const bool is_whole = end != std::string::npos;
                line(std::string_view(gathered).substr(0, end));
                gathered.erase(0, is_whole ? end + 1 : gathered.size());
            }
        }
        if (!gathered.empty())
            line(gathered);
        const auto caller = co_await asio::this_coro::cancellation_state;
        if (caller.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    task<> stop(parting_grace grace) override {
        const executor on = co_await asio::this_coro::executor;
        const bool throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false);
        // A coroutine of its own hears of no cancel, and its caller still has been cancelled then.
        task_group parting(on);
        parting.spawn(part(grace));
        co_await parting.join();
        co_await asio::this_coro::throw_if_cancelled(throws);
    }

private:
    task<> part(parting_grace grace) {
        pipes_.close_writing();
        co_await wait_for(grace.closed);
        if (!has_ended())
            ::kill(-pid_, SIGTERM);
        co_await wait_for(grace.terminated);
        if (!is_running_)
            co_return;
        // Before it is reaped: until then nobody else can have its number.
        ::kill(-pid_, SIGKILL);
        while (!has_ended())
            co_await sleep_for(poll_interval);
        reap(0);
    }

    task<> wait_for(duration time) {
        const executor on = co_await asio::this_coro::executor;
        const time_point until = on.owner().now() + time;
        while (!has_ended() && on.owner().now() < until)
            co_await sleep_for(poll_interval);
    }

    // Looks without reaping.
    bool has_ended() const {
        if (!is_running_)
            return true;
        siginfo_t found{};
        const auto id = static_cast<id_t>(pid_);
        if (::waitid(P_PID, id, &found, WEXITED | WNOHANG | WNOWAIT) != 0)
            return errno != EINTR;
        return found.si_pid == pid_;
    }

    void reap(int flags) {
        live_groups::of_this_process().remove(pid_);
        while (::waitpid(pid_, nullptr, flags) < 0 && errno == EINTR) {
        }
        is_running_ = false;
    }

    pid_t pid_;
    bool is_running_ = true;
    pipe_stream pipes_;
    descriptor errors_;
};

}  // namespace

void child_process::kill_all() noexcept {
    live_groups::of_this_process().kill_all();
}

std::variant<std::unique_ptr<child_process>, std::string>
child_process::start(const executor& on, const command_line& what) {
    pipe_ends in;
    pipe_ends out;
    pipe_ends errors;
    for (const pipe_ends* each : {&in, &out, &errors})
        if (each->error() != 0)
            return "cannot be started: " + reason_of(each->error());
    const spawn_orders orders(in, out, errors);
    std::vector<std::string> words = what.words;
    std::vector<std::string> variables = environment_of(what);
    pid_t pid = 0;
    const int failed = ::posix_spawnp(
        &pid,
        words.front().c_str(),
        orders.files(),
        orders.attributes(),
        pointers_to(words).data(),
        pointers_to(variables).data()
    );
    if (failed != 0)
        return "cannot be started: " + words.front() + ": " + reason_of(failed);
    asio::io_context& io = on.owner().io();
    return std::make_unique<spawned_process>(
        pid,
        descriptor(io, out.take_reading()),
        descriptor(io, in.take_writing()),
        descriptor(io, errors.take_reading())
    );
}

}  // namespace clarion::mcp
