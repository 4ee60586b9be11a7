#include "core/protocol/events.hpp"

#include "core/protocol/json_writer.hpp"

namespace clarion::protocol {

namespace {

using enum event_level;

constexpr std::array<event_traits, event_types_count> table{{
    {"user_message", true, mission_critical, "The user's own words are missing from the thread."},
    {"run_queued", false, operational, "The user does not see that the message waits in line."},
    {"agent_started", true, mission_critical, "The user cannot tell that work has begun."},
    {"agent_thinking", true, mission_critical, "The user cannot see what the agent considers."},
    {"tool_executing", true, mission_critical, "The user cannot see what the agent is doing."},
    {"tool_completed", true, mission_critical, "The user cannot see what the agent found out."},
    {"text_delta", false, operational, "The answer appears later than it could; it is not lost."},
    {"assistant_message", true, mission_critical, "The user does not get the answer."},
    {"progress_update", false, business, "The user does not see how far the work has come."},
    {"agent_handoff", true, business, "The user does not know who is answering."},
    {"approval_requested", true, mission_critical, "The run waits for a decision nobody sees."},
    {"approval_resolved", true, mission_critical, "The user cannot tell whether a call was allowed."
    },
    {"final_report", true, business, "The user does not get the summary of the run."},
    {"custom", false, operational, "A remote agent's own signal does not reach its client."},
    {"agent_completed", true, mission_critical, "The run seems to go on for ever."},
    {"agent_error", true, mission_critical, "The user does not learn that the run failed, and why."
    },
    {"agent_cancelled", true, mission_critical, "The user does not learn that the run was stopped."
    },
}};

}  // namespace

const event_traits& traits_of(event_type type) {
    return table[static_cast<std::size_t>(type)];
}

std::string
to_frame(const event& value, std::string_view thread_id, std::string_view epoch, delivery how) {
    std::string out;
    out.reserve(value.payload_json.size() + thread_id.size() + 256);
    object_writer frame(out);
    const event_frame members{
        .thread_id = thread_id,
        .run_id = value.run_id,
        .epoch = epoch,
        .seq = value.seq,
        .timestamp = value.timestamp_ms,
        .critical = traits_of(value.type).critical,
        .payload = {value.payload_json},
        .replay = how == delivery::replay ? std::optional(true) : std::nullopt,
    };
    frame("type", traits_of(value.type).name);
    event_frame::describe(members, frame);
    frame.end();
    return out;
}

}  // namespace clarion::protocol
