#pragma once

#include "core/async/task.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace clarion::ports {

enum class author : std::uint8_t { user, assistant };

struct past_message {
    std::int64_t seq = 0;
    author by = author::user;
    std::string text;
    std::int64_t timestamp_ms = 0;
};

struct history_unavailable {
    std::string reason;
};

using history_result = std::variant<std::vector<past_message>, history_unavailable>;

/// The messages of one thread before the run that asks, oldest first. The run's shard only.
class history {
public:
    virtual ~history() = default;

    /// The newest `messages_max` messages that contain `text` (ASCII case ignored).
    virtual task<history_result> search(std::string text, std::size_t messages_max) = 0;
    /// The newest `messages_max` messages.
    virtual task<history_result> newest(std::size_t messages_max) = 0;
};

}  // namespace clarion::ports
