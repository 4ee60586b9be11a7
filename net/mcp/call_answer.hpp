#pragma once

#include "core/ports/tool_source.hpp"
#include "net/mcp/opening.hpp"

#include <boost/json/object.hpp>

namespace clarion::mcp {

/// What the result of `tools/call` comes to: `structuredContent` as it is; texts alone as one JSON
/// string; anything else as `{"content":[…]}`, in which the bytes of pictures, sounds and files
/// stand only as their number. A result that says `isError` is a refusal with its texts. Pure.
[[nodiscard]] ports::source_answer answer_of(const boost::json::object& result);

/// The same for whatever a call came to.
[[nodiscard]] ports::source_answer answer_of(const ask_outcome& came);

}  // namespace clarion::mcp
