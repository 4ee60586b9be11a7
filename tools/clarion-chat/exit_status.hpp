#pragma once

namespace clarion::chat {

/// What the process ends with (PROTOCOL §8).
enum class exit_status : int {
    completed = 0,
    failed = 1,  ///< no connection, or the server refused the message
    usage = 2,
    agent_error = 3,
    cancelled = 4,
    interrupted = 130,  ///< left by Ctrl-C: 128 and the signal's number, as shells have it
};

}  // namespace clarion::chat
