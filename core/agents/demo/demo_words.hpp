#pragma once

#include "core/agents/demo/demo_command.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What the demo agent says, as pure functions of what it was asked and what its tools answered.
namespace clarion::agents::demo {

/// The plan for this message: what stands in it, which tool that asks for, and why.
[[nodiscard]] std::string reasoning(std::string_view message, const command& understood);

/// One of the steps of `/think N`, `number` from 1; no two of a message are alike.
[[nodiscard]] std::string
reasoning_step(std::string_view message, const think& asked, std::size_t number);

[[nodiscard]] std::string calculation_answer(const calculate& asked, const tool_ending& calculator);
[[nodiscard]] std::string time_answer(const tool_ending& clock);
[[nodiscard]] std::string search_answer(const search& asked, const tool_ending& search_thread);
[[nodiscard]] std::string text_answer(const tool_ending& text_stats);
[[nodiscard]] std::string parallel_answer(const std::vector<tool_answer>& text_stats);
[[nodiscard]] std::string hang_answer(const tool_ending& sleeping_tool);
[[nodiscard]] std::string
approval_answer(const ask_approval& asked, const tool_ending& guarded_tool);

/// What the two tools of a report found.
struct findings {
    tool_ending text_stats;
    tool_ending search_thread;
};
/// What stands in the middle of a report: the tool that has ended, and what it found.
[[nodiscard]] std::string counting_progress(const tool_ending& text_stats);
[[nodiscard]] std::string searching_progress(const tool_ending& search_thread);
[[nodiscard]] std::string report_answer(const report& asked, const findings& found);
[[nodiscard]] protocol::final_report report_summary(const report& asked, const findings& found);

/// Whom a run is handed to and why, and what that agent thinks and says then.
inline constexpr const char* helper_name = "demo-helper";
[[nodiscard]] std::string handoff_reason(std::string_view message);
[[nodiscard]] std::string helper_reasoning(std::string_view message);
[[nodiscard]] std::string helper_answer(std::string_view message);

[[nodiscard]] std::string help_answer(const help& asked);

}  // namespace clarion::agents::demo
