#pragma once

#include "core/agents/reply.hpp"
#include "core/async/task.hpp"
#include "core/engine/bridge.hpp"
#include "core/ports/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace clarion::agents::model {

/// The bridge refused an event; the run knows why.
struct turn_refused {};

/// How one answer of the model ended; the text is in `model_turn::text`.
using turn_ending = std::variant<ports::model_answer, ports::model_failure, turn_refused>;

/// One answer of a model, shown while it comes: what it thinks as `agent_thinking`, of about a
/// second each, before what it says as `text_delta`s, which end in an `assistant_message`; notices
/// as `progress_update`. Each turn has at least one `agent_thinking`. Lives in the run's coroutine.
class model_turn {
public:
    /// `steps` counts the run's `agent_thinking`, over all of its turns.
    model_turn(engine::bridge& bridge, const std::string& agent_name, std::int64_t& steps)
        : bridge_(bridge), agent_name_(agent_name), steps_(steps) {}

    /// Once. On a failure the text stays open, for the run's closer.
    task<turn_ending> listen(ports::model_stream& to);

    const std::string& text() const { return text_; }

private:
    enum class shown : std::uint8_t { yes, refused };

    task<shown> say(std::string piece);
    task<shown> think(std::string piece);
    task<shown> tell(std::string notice);
    /// What was thought since the last time; if the turn has shown nothing yet, `otherwise`.
    task<shown> show_thoughts(std::string otherwise);
    task<shown> end_text(const ports::model_answer& answer);

    engine::bridge& bridge_;
    const std::string& agent_name_;
    std::int64_t& steps_;
    std::string thoughts_;  // not yet shown
    time_point thinking_since_;
    bool has_thought_ = false;
    std::string blanks_;  // in front of a text that has not begun
    std::string text_;
    std::optional<reply> reply_;
};

}  // namespace clarion::agents::model
