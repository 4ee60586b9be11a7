#pragma once

#include "core/ports/history.hpp"
#include "core/ports/model.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace clarion::agents::model {

/// What a model is told: its prompt, the thread so far, the question, and what the run has done
/// since. Made of groups that stand or fall together: a past question with its answers, a set of
/// calls with all their results. Pure.
class transcript {
public:
    transcript() = default;
    /// An empty prompt is no message.
    explicit transcript(std::string prompt);

    /// The thread's earlier messages, oldest first. Those of one author in a row become one, empty
    /// ones none, because some servers want the authors to alternate.
    void add_past(const std::vector<ports::past_message>& messages);
    /// What the run is about. Once, after the past.
    void add_question(std::string text);
    /// What the model said, the calls it asked for, and one result for each, in their order. Calls
    /// without an id, or with one that is taken, get one.
    void add_calls(
        std::string text,
        std::vector<ports::model_call> calls,
        const std::vector<std::string>& results
    );

    enum class fit : std::uint8_t { whole, trimmed, too_large };
    /// Drops the oldest groups until the estimate is within `tokens_max`. What stays in any case
    /// are the prompt, the question and the newest calls.
    [[nodiscard]] fit trim(std::int64_t tokens_max);

    std::int64_t tokens() const;
    std::vector<ports::model_message> messages() const;

    /// All of it, for a run that goes on in another engine.
    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("opening", self.opening_);
        visit("past", self.past_);
        visit("question", self.question_);
        visit("steps", self.steps_);
        visit("call_ids", self.call_ids_);
    }

private:
    struct group {
        std::vector<ports::model_message> messages;
        std::int64_t tokens = 0;

        template <class Self, class Visitor>
        static void describe(Self& self, Visitor& visit) {
            visit("messages", self.messages);
            visit("tokens", self.tokens);
        }
    };

    void add(std::vector<group>& to, std::vector<ports::model_message> messages);
    std::string free_id(const std::string& wanted);

    std::vector<group> opening_;  // the prompt, if there is one
    std::vector<group> past_;
    std::vector<group> question_;
    std::vector<group> steps_;
    std::vector<std::string> call_ids_;
};

}  // namespace clarion::agents::model
