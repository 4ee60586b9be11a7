#include "tools/clarion-chat/screen.hpp"

#include <array>
#include <cstdlib>

#include <unistd.h>

namespace clarion::chat {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view normal = "\x1b[0m";
constexpr std::array<std::string_view, 10> braille =
    {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::array<std::string_view, 4> ascii = {"-", "\\", "|", "/"};

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

bool is_utf8_locale(std::string_view name) {
    for (const std::string_view spelled : {"UTF-8", "utf-8", "UTF8", "utf8"})
        if (name.find(spelled) != std::string_view::npos)
            return true;
    return false;
}

}  // namespace

terminal_facts facts_of_process() {
    terminal_facts facts;
    facts.is_terminal = ::isatty(STDOUT_FILENO) != 0;
    facts.term = variable("TERM");
    facts.no_color = variable("NO_COLOR");
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (facts.locale.empty())
            facts.locale = variable(name);
    return facts;
}

rendering rendering_on(const terminal_facts& facts) {
    if (!facts.is_terminal || facts.term.empty() || facts.term == "dumb")
        return rendering::plain;
    return facts.no_color.empty() ? rendering::terminal : rendering::monochrome;
}

screen::screen(const terminal_facts& facts, rendering how)
    : how_(how), draws_braille_(is_utf8_locale(facts.locale)) {}

std::string screen::spin(std::string_view words) {
    if (!animates() || last_line_ == last_line::prompt)
        return {};
    std::string out = make_room();
    if (words.empty())
        return out;
    const std::string_view picture =
        draws_braille_ ? braille[turn_ % braille.size()] : ascii[turn_ % ascii.size()];
    ++turn_;
    last_line_ = last_line::spinner;
    if (how_ == rendering::terminal)
        out += dim;
    out.append(picture).append(" ").append(words);
    if (how_ == rendering::terminal)
        out += normal;
    return out;
}

std::string screen::prompt() {
    std::string out = make_room();
    last_line_ = last_line::prompt;
    return out + "> ";
}

// A dumb terminal cannot take a line back.
std::string screen::make_room() {
    const last_line was = last_line_;
    last_line_ = last_line::free;
    if (was == last_line::free)
        return {};
    return std::string(animates() ? erase_line : "\n");
}

}  // namespace clarion::chat
