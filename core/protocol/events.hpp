#pragma once

#include "core/protocol/ids.hpp"
#include "core/protocol/payloads.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::protocol {

/// The event types, in the order of the alternatives of `payload`.
enum class event_type : std::uint8_t {
    user_message,
    run_queued,
    agent_started,
    agent_thinking,
    tool_executing,
    tool_completed,
    text_delta,
    assistant_message,
    progress_update,
    agent_handoff,
    approval_requested,
    approval_resolved,
    final_report,
    custom,
    agent_completed,
    agent_error,
    agent_cancelled,
};
inline constexpr std::size_t event_types_count = std::variant_size_v<payload>;
constexpr std::string_view names_of(event_type) {
    return "user_message|run_queued|agent_started|agent_thinking|tool_executing|tool_completed|"
           "text_delta|assistant_message|progress_update|agent_handoff|approval_requested|"
           "approval_resolved|final_report|custom|agent_completed|agent_error|agent_cancelled";
}

/// How much hangs on an event: who is harmed when it does not arrive.
enum class event_level : std::uint8_t { mission_critical, business, operational };
constexpr std::string_view names_of(event_level) {
    return "mission_critical|business|operational";
}

/// One row of the table of PROTOCOL §4.
struct event_traits {
    std::string_view name;
    bool critical;
    event_level level;
    /// What a user loses without it.
    std::string_view impact;
};

const event_traits& traits_of(event_type type);

constexpr bool is_terminal(event_type type) {
    return type >= event_type::agent_completed;
}

inline event_type type_of(const payload& value) {
    return static_cast<event_type>(value.index());
}

/// One committed entry of a thread's log.
struct event {
    event_type type{};
    std::int64_t seq = 0;
    std::int64_t timestamp_ms = 0;
    std::string run_id;
    /// The payload as JSON: serialised once, at emit; stored and sent as these very bytes.
    std::string payload_json;
};

enum class delivery : std::uint8_t { live, replay };

/// The members of a frame that carries an event, besides its type (PROTOCOL §4). Views: made where
/// it is written.
struct event_frame {
    std::string_view thread_id;
    std::string_view run_id;
    std::string_view epoch;
    std::int64_t seq = 0;
    std::int64_t timestamp = 0;
    bool critical = false;
    json_view payload;
    std::optional<bool> replay;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("run_id", self.run_id, rules::not_empty);
        visit("epoch", self.epoch, rules::not_empty);
        visit("seq", self.seq, rules::ordinal);
        visit("timestamp", self.timestamp, rules::count);
        visit("critical", self.critical);
        visit("payload", self.payload, rules::object);
        visit("replay", self.replay);
    }
};

std::string
to_frame(const event& value, std::string_view thread_id, std::string_view epoch, delivery how);

}  // namespace clarion::protocol
