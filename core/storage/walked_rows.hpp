#pragma once

#include "core/protocol/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>

// The log's rows as they lie there, for whoever doubts them: names may be unknown, and rows may
// contradict each other.
namespace clarion::storage {

struct walked_thread {
    std::int64_t row = 0;  ///< the store's own name for it
    protocol::thread_key key;
    std::string epoch;
    std::int64_t first_seq = 0;
    std::int64_t last_seq = 0;
    std::int64_t messages = 0;      ///< what the thread says of its message events
    std::int64_t message_rows = 0;  ///< how many idempotency records it has
    std::int64_t run_rows = 0;
    std::string title;
    std::int64_t updated_ms = 0;
};

struct walked_event {
    std::int64_t seq = 0;
    std::string type;
    std::int64_t timestamp_ms = 0;
    std::string run_id;
    std::string payload_json;
};

/// The idempotency record that a run came from.
struct walked_message {
    std::string content_digest;
    std::string run_id;
    std::int64_t seq = 0;
};

struct walked_run {
    std::string run_id;
    std::string message_id;
    std::string agent;
    std::string state;
    std::int64_t message_seq = 0;
    std::optional<walked_message> message;
};

}  // namespace clarion::storage
