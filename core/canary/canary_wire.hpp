#pragma once

#include "core/async/task.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace clarion::canary {

/// There will be no more frames, and why: the end of a sentence.
struct wire_closed {
    std::string how;
};
struct wire_sent {};

using send_result = std::variant<wire_sent, wire_closed>;
using receive_result = std::variant<std::string, wire_closed>;

/// A client's end of one connection to this very server. One coroutine at a time; what is cancelled
/// leaves a wire of no further use.
class wire {
public:
    wire() = default;
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;
    virtual ~wire() = default;

    /// One text frame.
    virtual task<send_result> send(std::string text) = 0;
    /// The next text frame.
    virtual task<receive_result> receive() = 0;
    /// Says goodbye and waits for the other side's; bounded by itself.
    virtual task<> close() = 0;
};
using wire_ptr = std::unique_ptr<wire>;

using dial_result = std::variant<wire_ptr, wire_closed>;
/// Connects to the server as any client would, showing this credential at the upgrade.
using dial = std::function<task<dial_result>(std::string credential)>;

}  // namespace clarion::canary
