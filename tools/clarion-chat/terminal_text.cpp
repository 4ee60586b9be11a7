#include "tools/clarion-chat/terminal_text.hpp"

#include "core/failure/legible_text.hpp"

#include <cstddef>
#include <cstdint>

namespace clarion::chat {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// U+0080..U+009F are encoded C2 80..C2 9F.
bool begins_c1(std::string_view text, std::size_t at) {
    return byte_at(text, at) == 0xC2 && at + 1 < text.size() && byte_at(text, at + 1) < 0xA0;
}

void append_unicode_escape(std::string& out, std::uint8_t code_point) {
    static constexpr std::string_view hex = "0123456789abcdef";
    out.append("\\u00").append(1, hex[code_point >> 4U]).append(1, hex[code_point & 15U]);
}

}  // namespace

std::string without_controls(std::string_view text, line_breaks how) {
    std::string valid;
    failure::append_utf8(valid, text);
    std::string out;
    for (std::size_t at = 0; at < valid.size(); ++at) {
        const std::uint8_t byte = byte_at(valid, at);
        if (begins_c1(valid, at))
            ++at;
        else if (byte == '\n' || byte == '\t')
            out += how == line_breaks::kept ? valid[at] : ' ';
        else if (byte >= 0x20 && byte != 0x7F)
            out += valid[at];
    }
    return out;
}

std::string json_line(std::string_view json) {
    std::string out;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const std::uint8_t byte = byte_at(json, at);
        if (begins_c1(json, at))
            append_unicode_escape(out, byte_at(json, ++at));
        else if (byte == 0x7F)
            append_unicode_escape(out, byte);
        else
            out += byte < 0x20 ? ' ' : json[at];
    }
    return out;
}

}  // namespace clarion::chat
