#pragma once

#include "core/agents/tool.hpp"
#include "core/async/scheduler.hpp"
#include "core/async/task.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wakeup.hpp"
#include "core/engine/request_scope.hpp"
#include "core/protocol/payloads.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace clarion::agents {

/// How one call of a tool ended; exactly one of `result` and `error` stands.
struct tool_ending {
    protocol::tool_outcome outcome = protocol::tool_outcome::ok;
    std::optional<protocol::json_text> result;
    std::optional<std::string> error;
    /// Nothing was done, because of the call's arguments.
    bool has_bad_arguments = false;
};

/// An ending without a result, from a sentence that may be anything.
[[nodiscard]] tool_ending failed_with(protocol::tool_outcome outcome, std::string text);

/// What a tool came back with; what cannot stand in an event is an error that says so.
[[nodiscard]] tool_ending ending_of(tool_result result);

/// What progress can make of a time-out: this many times as much, in all.
inline constexpr int timeout_growth_max = 10;
/// Progress is handed on so often at most; what comes between is left out.
inline constexpr duration progress_interval = std::chrono::milliseconds(500);

/// One call of a tool, from the moment it starts. Shared by the coroutine of the call, which may
/// ignore its cancellation and go on, and by whoever waits, who never waits longer than the tool's
/// time-out. The first ending counts; a later one is nobody's. The run's shard only.
class tool_invocation final : private timer_entry {
public:
    /// Starts `called` as a child of `calls`. The time-out, the tool's own when there is none,
    /// counts from now.
    static std::shared_ptr<tool_invocation> start(
        const tool& called,
        std::optional<duration> timeout,
        engine::request_scope_ptr request,
        boost::json::object arguments,
        scheduler& on,
        task_group& calls
    );
    tool_invocation(const tool_invocation&) = delete;
    tool_invocation& operator=(const tool_invocation&) = delete;
    ~tool_invocation() override { on_.disarm(*this); }

    /// Waits for the ending, or for the tool to tell how far it is. Throws operation_aborted when
    /// cancelled; the call then goes on until it is told to stop.
    task<> wait();
    /// What it told last, once; nothing: it has ended.
    std::optional<ports::tool_progress> take_progress() { return std::exchange(told_, {}); }
    /// Asks the tool to stop. Unless it has ended, it ends as `cancelled`.
    void stop();

    /// After `wait` has returned, and no progress was left.
    const tool_ending& ending() const { return *ending_; }
    duration took() const { return ended_at_ - started_at_; }

private:
    tool_invocation(const tool& called, duration timeout, scheduler& on);

    static task<> run(
        std::shared_ptr<tool_invocation> self,
        engine::request_scope_ptr request,
        boost::json::object arguments
    );
    void progressed(const ports::tool_progress& how_far);
    void expired() override;
    void end(tool_ending how);

    const tool& called_;
    duration timeout_;
    scheduler& on_;
    time_point started_at_;
    time_point ended_at_;
    std::optional<tool_ending> ending_;
    bool given_up_ = false;  // ended by others, though the tool still runs
    task_group::child work_;
    std::optional<ports::tool_progress> told_;
    time_point told_at_;  // the last one that was handed on
    wakeup changed_;
};

}  // namespace clarion::agents
