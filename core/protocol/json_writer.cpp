#include "core/protocol/json_writer.hpp"

#include <array>

namespace clarion::protocol {

namespace {

/// 0: as it is; 'u': \u00XX; else the letter after the backslash. U+2028 and U+2029 are legal JSON.
constexpr std::array<char, 256> make_escapes() {
    std::array<char, 256> escapes{};
    for (std::size_t control = 0; control < 0x20; ++control)
        escapes[control] = 'u';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    escapes['\b'] = 'b';
    escapes['\f'] = 'f';
    escapes['\n'] = 'n';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    return escapes;
}

constexpr std::array<char, 256> escapes = make_escapes();

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t plain_from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const char escape = escapes[byte];
        if (escape == 0)
            continue;
        out.append(text, plain_from, at - plain_from);
        plain_from = at + 1;
        out += '\\';
        out += escape;
        if (escape == 'u') {
            out += "00";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    out.append(text, plain_from);
    out += '"';
}

std::size_t json_string_bytes(std::string_view text) {
    std::size_t bytes = text.size() + 2;
    for (const char c : text) {
        const char escape = escapes[static_cast<unsigned char>(c)];
        bytes += escape == 0 ? 0U : (escape == 'u' ? 5U : 1U);
    }
    return bytes;
}

}  // namespace clarion::protocol
