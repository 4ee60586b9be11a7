#pragma once

#include "core/agents/demo/demo_command.hpp"
#include "core/agents/tool_dispatcher.hpp"

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
[[nodiscard]] std::string help_answer(const help& asked);

}  // namespace clarion::agents::demo
