#pragma once

#include "core/storage/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// What every implementation of `event_log` reads out of its questions in the same way.
namespace clarion::storage {

/// Asserts what the caller vouches for: an epoch, and with a new message its `user_message` event.
void assert_complete(const append_request& request);

/// The seq that the batch's first `user_message` event gets. Only with a new message.
std::int64_t user_message_seq(const append_request& request);

/// How many of its events count as messages of the thread.
std::int64_t messages_in(const append_request& request);

/// The memory its strings take, about: what a queue of appends is bounded by.
std::size_t bytes_of(const append_request& request);

/// What an event takes in a file besides its payload, about: its row and its index entry.
inline constexpr std::int64_t event_overhead_bytes = 96;
/// What an event counts as under `retention::bytes_max`.
std::int64_t stored_bytes(const protocol::event& event);
std::int64_t stored_bytes(const std::vector<protocol::event>& events);

/// What a page of threads is bounded by: the bytes of ids and title.
std::size_t bytes_of(const listed_thread& thread);

/// Refusals that only a mistaken caller sees; nothing of the batch is committed.
unavailable unknown_run(std::string_view run_id);
unavailable run_id_taken(std::string_view run_id);

}  // namespace clarion::storage
