#pragma once

#include <string>
#include <string_view>

// What a server sent, made safe for a terminal: no control character of it reaches the screen.
namespace clarion::chat {

enum class line_breaks { kept, made_spaces };

/// `text` without control characters: C0, DEL, and C1 (U+0080..U+009F), which terminals obey as
/// well. Line feeds and tabs stay with `kept`, and become spaces with `made_spaces`. Bytes that are
/// not UTF-8 become U+FFFD.
std::string without_controls(std::string_view text, line_breaks how);

/// A JSON text on one line with the same value: what JSON allows raw inside a string but a terminal
/// would obey is written as \u00XX, control characters between tokens become spaces.
std::string json_line(std::string_view json);

}  // namespace clarion::chat
