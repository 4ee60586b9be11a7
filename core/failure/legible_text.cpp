#include "core/failure/legible_text.hpp"

#include "core/protocol/utf8.hpp"

#include <cstdint>

namespace clarion::failure {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// `text` up to `bytes_max`, less the first bytes of a code point that goes on behind it.
std::string_view whole_code_points(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max)
        return text;
    constexpr std::size_t continuations_max = 3;
    std::size_t end = bytes_max;
    const auto continues = [&] {
        return (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U;
    };
    while (end > 0 && bytes_max - end < continuations_max && continues())
        --end;
    return text.substr(0, end);
}

void append_escaped(std::string& out, std::uint8_t control) {
    static constexpr std::string_view hex = "0123456789abcdef";
    if (control == '\n')
        out += "\\n";
    else if (control == '\r')
        out += "\\r";
    else if (control == '\t')
        out += "\\t";
    else
        out.append("\\x").append(1, hex[control >> 4U]).append(1, hex[control & 15U]);
}

}  // namespace

std::string_view shortened(std::string_view id) {
    return whole_code_points(id, shortened_id_bytes);
}

std::string cut(std::string_view text, std::size_t bytes_max) {
    std::string kept(whole_code_points(text, bytes_max));
    if (kept.size() < text.size())
        kept += "… (" + std::to_string(text.size()) + " bytes)";
    return kept;
}

void append_utf8(std::string& out, std::string_view text) {
    while (true) {
        const std::size_t valid = protocol::utf8_prefix_bytes(text);
        out.append(text, 0, valid);
        if (valid == text.size())
            return;
        out += replacement;
        text.remove_prefix(valid + 1);
    }
}

void append_printable(std::string& out, std::string_view text) {
    std::string valid;
    append_utf8(valid, text);
    for (std::size_t at = 0; at < valid.size(); ++at) {
        const auto byte = static_cast<std::uint8_t>(valid[at]);
        // U+0080..U+009F, encoded C2 80..C2 9F, steer terminals as well.
        if (byte == 0xC2 && static_cast<std::uint8_t>(valid[at + 1]) < 0xA0)
            append_escaped(out, static_cast<std::uint8_t>(valid[++at]));
        else if (byte < 0x20 || byte == 0x7F)
            append_escaped(out, byte);
        else
            out += valid[at];
    }
}

}  // namespace clarion::failure
