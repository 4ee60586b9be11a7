#pragma once

#include "core/async/timer_queue.hpp"
#include "core/engine/work_checkpoint.hpp"
#include "core/ports/history.hpp"
#include "core/protocol/describe.hpp"
#include "core/protocol/ids.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace clarion::engine {

/// What one activation of a run was asked, by whom. Immutable, shared by everything that works for
/// the run, so that a tool that outlives it still stands on firm ground.
struct request_scope {
    protocol::thread_key key;
    /// Of the thread's log: a thread that was deleted and begun again has another.
    std::string epoch;
    std::string run_id;
    /// The client's own id of the user message.
    std::string message_id;
    /// Seq of the user message.
    std::int64_t message_seq = 0;
    std::string agent_name;
    std::string text;
    std::optional<protocol::json_text> metadata;
    /// User and assistant messages in the log, without those of runs still in line.
    std::int64_t history_messages = 0;
    std::shared_ptr<ports::history> history;
    /// The run was handed over to this agent.
    std::optional<handover> handed;
    /// Of the call of another agent that this one answers. It is told the call's task alone.
    std::optional<std::string> parent_tool_call_id;
    /// The run waited in its thread's queue, and its row still says so.
    bool was_queued = false;
    /// When the run was accepted and when it began, on the shard's clock.
    time_point accepted_at;
    time_point started_at;
};

using request_scope_ptr = std::shared_ptr<const request_scope>;

}  // namespace clarion::engine
