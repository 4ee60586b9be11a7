#pragma once

#include "core/async/task.hpp"
#include "core/engine/bridge.hpp"

#include <string>
#include <string_view>

namespace clarion::agents {

/// One assistant message, streamed: its text in pieces, then the whole. Only one may be open in a
/// run; destroyed unfinished, it is closed by the run's closer. The run's shard only.
class reply {
public:
    reply(engine::bridge& bridge, std::string agent_name);

    /// Shows the next piece. Pieces may be cut anywhere, also inside a UTF-8 sequence, whose rest
    /// is then waited for; a piece without a whole character shows nothing yet.
    [[nodiscard]] task<engine::delta_verdict> write(std::string piece);

    /// Commits the message with exactly what was shown. A sequence that never got its rest is
    /// refused by the bridge as what it is: not UTF-8. Once.
    [[nodiscard]] task<engine::emit_verdict> finish();

    const std::string& message_id() const { return message_id_; }
    /// What was shown so far.
    const std::string& text() const { return text_; }

private:
    engine::bridge& bridge_;
    std::string agent_name_;
    std::string message_id_;
    std::string text_;
    std::string begun_;  // the first bytes of a character, 3 at most
};

/// Bytes at the end of `text` that begin a UTF-8 sequence without ending it: 0 to 3.
[[nodiscard]] std::size_t begun_sequence_bytes(std::string_view text);

}  // namespace clarion::agents
