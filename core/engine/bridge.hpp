#pragma once

#include "core/async/task.hpp"
#include "core/engine/approval.hpp"
#include "core/engine/work_checkpoint.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::engine {

class run_journal;

/// The event is durable and on its way to whoever is subscribed.
struct emitted {
    std::int64_t seq = 0;
};

/// The event was not committed and never will be. The first refusal of a run ends it: every later
/// call gets the same answer, and the run closes with an `agent_error` that names it.
struct refusal {
    enum class cause : std::uint8_t {
        invalid_event,  ///< a field breaks the table of PROTOCOL §4, or the grammar forbids it
        too_large,      ///< one event over `event_bytes_max`
        storage,        ///< the log refused the batch
        revoked,        ///< the run has been closed
    };
    cause why = cause::invalid_event;
    std::string message;
};

using emit_verdict = std::variant<emitted, refusal>;

/// The text will be committed with the next batch, within the delta window.
struct gathered {};
using delta_verdict = std::variant<gathered, refusal>;

/// What an agent says within a call: the call's result.
struct call_text {
    std::string text;
    std::size_t bytes_max = 65536;
    /// What its own models have counted for it, without those of agents that it called.
    std::optional<protocol::token_usage> used{};
    /// It would have been more; the agent was told so by a refusal that ends the call only.
    bool is_too_large = false;
};

using approval_verdict = std::variant<approved, not_approved, unasked, refusal>;

/// The only way an engine, an agent or a tool dispatcher can emit events; bound to one run of one
/// user's thread. Comes from `run_journal::open_bridge` alone: there is no empty one. The run's
/// shard only.
class bridge final {
public:
    bridge(const bridge&) = delete;
    bridge& operator=(const bridge&) = delete;
    bridge(bridge&&) noexcept = default;
    bridge& operator=(bridge&&) = delete;
    ~bridge() = default;

    /// Commits text gathered so far and then this event, in one append; ends when both are durable.
    /// For every event of an agent but `text_delta`; terminals are the run's own.
    [[nodiscard]] task<emit_verdict> emit(protocol::payload event);

    /// Adds to the assistant message `message_id`. Suspends only while 16 KiB wait to be committed.
    [[nodiscard]] task<delta_verdict>
    delta(std::string agent_name, std::string message_id, std::string text);

    /// Says that so many more tool calls are at work, or that one of them is not any longer. A run
    /// in which none is, but an approval open, is suspended (PROTOCOL §4) with its next event.
    void begin_work(std::size_t calls);
    void end_work();

    /// Asks a person whether a call may be made: commits `approval_requested`, ends the call's
    /// work, and waits for the committed decision, at most `approval_timeout_ms`. Allowed, the call
    /// is at work again. Throws operation_aborted when cancelled; the approval is then resolved by
    /// the run's closer.
    [[nodiscard]] task<approval_verdict> ask_approval(approval_request asked);

    /// The rest of `ask_approval` for one that was asked by an earlier engine of the run: waits for
    /// the committed decision.
    [[nodiscard]] task<approval_verdict> hear_approval(std::string approval_id);

    /// From now on `keeper` is asked what another engine of the run needs; nullptr: nobody is. It
    /// outlives the bridge, or takes itself back.
    void keep(const work_keeper* keeper);

    /// A way out for an agent that answers a call of this one's agent: what it thinks and calls is
    /// shown under that call, what it says is gathered into `heard`, which outlives the bridge.
    bridge under_call(std::string tool_call_id, call_text& heard) const;

    /// The agent is at work, though it has nothing to show yet: it is not silent.
    void note_at_work();

    /// So much more of the run's time was spent waiting for a model; for its `timing`.
    void add_model_time(duration spent);
    /// So much more was used for the run; it ends with it when its agent does not get to say.
    void add_usage(const protocol::token_usage& more);
    /// In and out, over the whole run: of all agents that had it or were called in it.
    std::int64_t used_tokens() const;

    /// A new id for an assistant message (`m_…`) or a tool call (`t_…`).
    std::string new_message_id();
    std::string new_tool_call_id();
    /// A new id for an approval (`ap_…`).
    std::string new_approval_id();

private:
    friend class run_journal;
    bridge(std::shared_ptr<run_journal> journal, std::uint64_t activation)
        : journal_(std::move(journal)), activation_(activation) {}

    bool is_current() const;
    /// False: the event stays in the call.
    bool put_under_call(protocol::payload& event);
    std::optional<refusal> gather(std::string_view text);

    std::shared_ptr<run_journal> journal_;
    /// Which engine of the run it belongs to: the others' calls come too late.
    std::uint64_t activation_;
    std::optional<std::string> tool_call_id_;
    call_text* heard_ = nullptr;
};

}  // namespace clarion::engine
