#pragma once

#include <source_location>
#include <string>
#include <string_view>

namespace clarion::trace {

/// "core/session/line.cpp:14": the file from the project's root on, whatever the build called it.
/// Empty for the location that stands for none.
std::string place_of(const std::source_location& at);

/// "clarion::session::line::line": the function without its types, also of a line within a
/// coroutine, which compilers spell otherwise than the coroutine.
std::string function_of(const std::source_location& at);

/// "async_receive", "wakeup::async_wait": an operation by the type that begins it, as
/// `detail::spelled` has it.
std::string operation_of(std::string_view spelled);

/// "std::runtime_error" of a mangled type's name.
std::string type_of(const char* mangled);

}  // namespace clarion::trace
