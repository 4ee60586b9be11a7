#pragma once

#include "core/agents/agent.hpp"
#include "core/ports/model.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

// What a thread is to be called, asked of the model that was the first to answer in it. Nobody
// waits for it, so it is tried once, and soon given up.
namespace clarion::agents::model {

inline constexpr std::size_t asked_title_characters_max = 60;  // code points
inline constexpr duration title_time_max = std::chrono::seconds(15);

/// Asks with an excerpt of the beginning and no tools. At the first notice or failure, past
/// `title_time_max`, or when the model says or thinks too much for a title, there is none. Throws
/// operation_aborted when cancelled.
task<title_verdict> ask_for_title(ports::model& model, thread_beginning of);

/// The title in what a model said: its first line without quotes, Markdown, "Title:" and a full
/// stop at its end, at most `asked_title_characters_max`, cut between words. Empty when there is
/// none. Pure, for any bytes.
[[nodiscard]] std::string title_in(std::string_view said);

}  // namespace clarion::agents::model
