#include "core/agents/excerpt.hpp"

#include <algorithm>

namespace clarion::agents {

namespace {

bool continues_a_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string folded(std::string_view text) {
    std::string line;
    for (const char byte : text) {
        const bool is_blank = static_cast<unsigned char>(byte) <= ' ' || byte == '\x7f';
        if (!is_blank)
            line += byte;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' '))
        line.pop_back();
    return line;
}

}  // namespace

std::string excerpt_at(std::string_view text, excerpt_window shown) {
    std::size_t begin = 0;
    std::size_t end = text.size();
    if (text.size() > shown.bytes_max) {
        // A quarter of it in front of the place, which shows what the place is about.
        const std::size_t before = std::min(shown.place, shown.bytes_max / 4);
        begin = std::min(shown.place - before, text.size() - shown.bytes_max);
        end = begin + shown.bytes_max;
    }
    while (begin > 0 && begin < end && continues_a_character(text[begin]))
        ++begin;
    while (end > begin && end < text.size() && continues_a_character(text[end]))
        --end;
    std::string line = folded(text.substr(begin, end - begin));
    if (begin > 0)
        line.insert(0, "…");
    if (end < text.size())
        line += "…";
    return line;
}

}  // namespace clarion::agents
