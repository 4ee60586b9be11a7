#pragma once

#include "core/agents/model/transcript.hpp"
#include "core/ports/model.hpp"
#include "core/protocol/run_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::agents::model {

/// What a model agent knows within one run: all that another engine needs to go on.
struct work_memory {
    transcript told;
    std::int64_t told_tokens = 0;  ///< at least, in the turn under way
    std::int64_t steps = 0;        ///< `agent_thinking`s
    std::int64_t turns = 0;
    std::int64_t calls = 0;
    std::int64_t bad_turns = 0;  ///< in a row, with arguments that are not taken
    bool told_of_trimming = false;
    std::optional<protocol::token_usage> usage{};
    std::string said{};  ///< in this run
    /// Of the turn under way: its words, and the calls that it waits for.
    std::string text{};
    std::vector<ports::model_call> wanted{};

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("told", self.told);
        visit("told_tokens", self.told_tokens);
        visit("steps", self.steps);
        visit("turns", self.turns);
        visit("calls", self.calls);
        visit("bad_turns", self.bad_turns);
        visit("told_of_trimming", self.told_of_trimming);
        visit("usage", self.usage);
        visit("said", self.said);
        visit("text", self.text);
        visit("wanted", self.wanted);
    }
};

}  // namespace clarion::agents::model
