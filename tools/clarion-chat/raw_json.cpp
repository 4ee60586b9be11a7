#include "tools/clarion-chat/raw_json.hpp"

#include <algorithm>
#include <cstddef>

namespace clarion::chat {

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(white_space, at), text.size());
}

// Behind the closing quote of the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return std::min(at + 1, text.size());
}

// Behind the value that begins at `at`: the comma or bracket that ends it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = end_of_string(text, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return at;
        if (c == '{' || c == '[')
            ++depth;
        else if (c == '}' || c == ']')
            --depth;
        ++at;
    }
    return at;
}

}  // namespace

std::string_view raw_member(std::string_view object, std::string_view name) {
    std::size_t at = skip_space(object, 0) + 1;
    while (true) {
        at = skip_space(object, at);
        if (at >= object.size() || object[at] != '"')
            return {};
        const std::size_t name_end = end_of_string(object, at);
        const std::string_view found = object.substr(at + 1, name_end - at - 2);
        const std::size_t begin = skip_space(object, skip_space(object, name_end) + 1);
        const std::size_t end = end_of_value(object, begin);
        if (found == name) {
            const std::string_view value = object.substr(begin, end - begin);
            return value.substr(0, value.find_last_not_of(white_space) + 1);
        }
        at = end + 1;
    }
}

}  // namespace clarion::chat
