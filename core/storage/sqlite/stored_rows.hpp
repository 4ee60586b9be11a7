#pragma once

#include "core/protocol/events.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

#include <cstdint>

// Rows back into values. A name that no enumerator has fails the connection: the file is damaged.
namespace clarion::storage::sqlite {

/// The part of its time that a thread is found by when threads are listed.
constexpr std::int64_t hour_of(std::int64_t unix_ms) {
    return unix_ms / 3'600'000;
}

/// From the columns run_id, seq, content_digest, state.
duplicate_message read_message(connection& from, const statement::rows& row);

/// From the columns seq, type, timestamp_ms, run_id, payload.
protocol::event read_event(connection& from, const statement::rows& row);

/// From the columns run_id, message_id, agent, state, message_seq, created_ms, checkpoint.
open_run read_run(connection& from, const statement::rows& row);

/// From the columns run_id, state.
listed_run read_listed_run(connection& from, const statement::rows& row);

/// From the columns thread_id, run_id, state.
user_run read_user_run(connection& from, const statement::rows& row);

}  // namespace clarion::storage::sqlite
