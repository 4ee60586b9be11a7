#pragma once

#include "core/async/task.hpp"
#include "net/byte_stream.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::mcp {

struct command_line {
    /// The program, looked for in PATH, and its arguments; at least one.
    std::vector<std::string> words;
    /// Beside the few variables that every program needs (PATH, HOME, a locale …), which come from
    /// this process; nothing else of its environment is passed on.
    std::map<std::string, std::string> environment;
};

/// How long a program is given for each way of being asked to end.
struct parting_grace {
    duration closed = std::chrono::seconds(2);      ///< after the end of its standard input
    duration terminated = std::chrono::seconds(2);  ///< after SIGTERM
};

/// A program in a process group of its own, with pipes to its standard streams and none of this
/// process's other files. One shard. Destroyed while it runs, it is killed at once, with its group.
class child_process {
public:
    /// Or a sentence's end that says why there is none.
    [[nodiscard]] static std::variant<std::unique_ptr<child_process>, std::string>
    start(const executor& on, const command_line& what);
    /// Kills all that this process has started and that still runs, with their groups: for who
    /// leaves without waiting. Being groups of their own, they would stay. Any thread.
    static void kill_all() noexcept;
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    virtual ~child_process() = default;

    /// Reads its standard output, and writes to its standard input.
    virtual net::byte_stream& pipes() = 0;
    /// Hands on what it writes to its standard error, line by line, long ones in pieces; ends with
    /// it. Once.
    virtual task<> read_errors(std::function<void(std::string_view)> line) = 0;
    /// Closes its standard input, waits, then SIGTERM, then SIGKILL, and reaps it. What it had
    /// started and left in its group is killed. Once begun it runs to its end, whatever is
    /// cancelled.
    virtual task<> stop(parting_grace grace = {}) = 0;

protected:
    child_process() = default;
};

}  // namespace clarion::mcp
