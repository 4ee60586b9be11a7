#pragma once

#include <string_view>

namespace clarion::agents::demo {

/// Whether an English message asks what time or date it is: "what time is it?", "tell me the date",
/// "current time". Talking about time ("I had a good time", "how many times?") is no such question.
[[nodiscard]] bool asks_for_time(std::string_view text);

}  // namespace clarion::agents::demo
