#pragma once

#include <string>
#include <string_view>

namespace clarion::trace {

/// Appends `text` as a JSON string. The tracer's texts are names out of source files; what is no
/// printable ASCII is escaped byte by byte.
void append_json_text(std::string& to, std::string_view text);

}  // namespace clarion::trace
