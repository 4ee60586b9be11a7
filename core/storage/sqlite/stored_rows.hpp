#pragma once

#include "core/protocol/events.hpp"
#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

// Rows back into values. A name that no enumerator has fails the connection: the file is damaged.
namespace clarion::storage::sqlite {

/// From the columns run_id, seq, content_digest, state.
duplicate_message read_message(connection& from, const statement::rows& row);

/// From the columns seq, type, timestamp_ms, run_id, payload.
protocol::event read_event(connection& from, const statement::rows& row);

/// From the columns run_id, message_id, agent, state, message_seq, created_ms.
open_run read_run(connection& from, const statement::rows& row);

}  // namespace clarion::storage::sqlite
