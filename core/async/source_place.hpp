#pragma once

#include <source_location>
#include <string>

namespace clarion {

/// "core/session/line.cpp:14": the file from the project's root on, whatever the build called it.
std::string place_of(const std::source_location& at);

/// "clarion::session::line::line": the function without its types.
std::string function_of(const std::source_location& at);

}  // namespace clarion
