#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/json_reader.hpp"
#include "core/protocol/payloads.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents {

/// One of the calls that an agent waits for while its run is suspended: one that waits for a
/// person, one of another agent that does, or one that has ended.
struct call_checkpoint {
    std::string tool_call_id;
    std::string tool_name;
    std::string arguments;
    std::optional<std::string> approval_id;
    /// What the tool said of itself when that was asked for, if it is no tool of the server's own.
    std::optional<std::string> digest;
    /// When its `tool_executing` was, Unix ms, what the agent in it has said and used, and what it
    /// goes on from.
    std::optional<std::int64_t> began_ms;
    std::optional<std::string> said;
    std::optional<protocol::token_usage> used;
    std::optional<protocol::json_text> inside;
    std::optional<protocol::tool_outcome> outcome;
    std::optional<protocol::json_text> result;
    std::optional<std::string> error;
    std::optional<bool> has_bad_arguments;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("tool_call_id", self.tool_call_id);
        visit("tool_name", self.tool_name);
        visit("arguments", self.arguments);
        visit("approval_id", self.approval_id);
        visit("digest", self.digest);
        visit("began_ms", self.began_ms);
        visit("said", self.said);
        visit("used", self.used);
        visit("inside", self.inside);
        visit("outcome", self.outcome);
        visit("result", self.result);
        visit("error", self.error);
        visit("has_bad_arguments", self.has_bad_arguments);
    }
};

/// What an agent goes on from, and the calls it waits for, in their order.
struct batch_checkpoint {
    protocol::json_text agent;
    std::vector<call_checkpoint> calls;
    /// What agents that it called have used.
    std::optional<protocol::token_usage> spent;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agent", self.agent);
        visit("calls", self.calls);
        visit("spent", self.spent);
    }
};

}  // namespace clarion::agents
