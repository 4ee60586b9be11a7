#include "core/storage/thread_title.hpp"

#include <algorithm>
#include <array>

namespace clarion::storage {

namespace {

std::size_t code_point_bytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte < 0x80)
        return 1;
    if (byte < 0xe0)
        return 2;
    return byte < 0xf0 ? 3 : 4;
}

// Unicode's White_Space beyond ASCII.
bool is_wide_blank(std::string_view character) {
    static constexpr std::array<std::string_view, 19> blanks{
        "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
        "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
    };
    return std::ranges::find(blanks, character) != blanks.end();
}

bool is_blank(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    return first <= 0x20 || first == 0x7f || (character.size() > 1 && is_wide_blank(character));
}

}  // namespace

std::string title_of(std::string_view text) {
    std::string title;
    std::size_t characters = 0;
    bool blank_before = false;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, code_point_bytes(text.front()));
        text.remove_prefix(character.size());
        if (is_blank(character)) {
            blank_before = !title.empty();
            continue;
        }
        const std::size_t more = blank_before ? 2 : 1;
        if (characters + more > title_characters_max)
            break;
        characters += more;
        if (blank_before)
            title += ' ';
        title += character;
        blank_before = false;
    }
    return title;
}

}  // namespace clarion::storage
