#pragma once

#include "core/agents/agent.hpp"
#include "core/agents/reply.hpp"
#include "core/engine/bridge.hpp"
#include "core/ports/remote_agent.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace clarion::agents::remote {

/// One run of a remote agent as events of this one. What the far side leaves open is closed, what
/// it says twice is said once; texts that it interleaves are shown one after the other. Lives in
/// the run's coroutine.
class remote_run {
public:
    remote_run(engine::bridge& bridge, const std::string& agent_name)
        : bridge_(bridge), agent_name_(agent_name) {}

    /// Once.
    task<outcome> follow(ports::remote_stream& from);

private:
    enum class shown : std::uint8_t { yes, refused };
    struct text {
        std::string id;
        std::string waiting{};  // not shown yet
        bool has_ended = false;
    };
    struct call {
        std::string tool_call_id;
        std::string name;
        std::string arguments{};
        bool is_shown = false;
    };

    bool holds_too_much() const;
    task<shown> show(ports::remote_text_began next);
    task<shown> show(ports::remote_text next);
    task<shown> show(ports::remote_text_ended next);
    task<shown> show(ports::remote_reasoning next);
    task<shown> show(ports::remote_reasoning_ended next);
    task<shown> show(ports::remote_call_began next);
    task<shown> show(ports::remote_call_arguments next);
    task<shown> show(ports::remote_call_made next);
    task<shown> show(ports::remote_call_ended next);
    task<shown> show(ports::remote_notice next);
    task<shown> show(ports::remote_extra next);

    task<shown> emit(protocol::payload event);
    task<shown> show_text();
    task<shown> show_thoughts();
    task<shown> show_call(call& made);
    task<shown> end_call(const std::string& id, protocol::tool_completed how);
    task<shown> close_all();
    text* find_text(const std::string& id);

    engine::bridge& bridge_;
    const std::string& agent_name_;
    std::deque<text> texts_;  // begun and not wholly shown; the first is on show
    std::optional<reply> reply_;
    std::map<std::string, call> calls_;  // open, by the far side's id
    std::string thoughts_;
    std::int64_t steps_ = 0;
};

}  // namespace clarion::agents::remote
