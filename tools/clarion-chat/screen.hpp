#pragma once

#include "tools/clarion-chat/renderer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::chat {

/// What the environment says of the terminal.
struct terminal_facts {
    bool is_terminal = false;  ///< stdout is one
    std::string term;          ///< TERM
    std::string no_color;      ///< NO_COLOR: anything but empty means none (no-color.org)
    std::string locale;        ///< the first of LC_ALL, LC_CTYPE, LANG that is not empty
};
terminal_facts facts_of_process();

/// Nothing but text for a pipe or a dumb terminal.
rendering rendering_on(const terminal_facts& facts);

/// The last line of a terminal, where a spinner or a prompt stands that has to make room for what
/// is printed. Pure: it says what to write.
class screen {
public:
    screen(const terminal_facts& facts, rendering how);

    bool animates() const { return how_ != rendering::plain; }
    /// The next picture of the spinner beside `words`; nothing but its removal for empty ones.
    std::string spin(std::string_view words);
    std::string prompt();
    /// The person has ended the prompt's line.
    void line_typed() { last_line_ = last_line::free; }
    bool has_prompt() const { return last_line_ == last_line::prompt; }
    /// Before anything else is written.
    std::string make_room();

private:
    enum class last_line { free, spinner, prompt };

    rendering how_;
    bool draws_braille_ = false;
    std::size_t turn_ = 0;
    last_line last_line_ = last_line::free;
};

}  // namespace clarion::chat
