#include "core/protocol/json_writer.hpp"

#include <array>
#include <cstdint>
#include <cstring>

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

constexpr std::uint64_t each_byte(std::uint64_t value) {
    return value * 0x0101010101010101U;
}

// Whether one of eight bytes is a control, a quote or a backslash. A byte below N borrows from its
// top bit when N is subtracted from each; one above 0x7f has that bit itself and is let through.
bool holds_escape(std::uint64_t bytes) {
    const auto below = [](std::uint64_t word, std::uint64_t bound) {
        return (word - each_byte(bound)) & ~word & each_byte(0x80);
    };
    return (below(bytes, 0x20) | below(bytes ^ each_byte('"'), 1) |
            below(bytes ^ each_byte('\\'), 1)) != 0;
}

/// Where from `at` on the first byte stands that must be escaped, or the end.
std::size_t end_of_plain(std::string_view text, std::size_t at) {
    std::uint64_t eight = 0;
    while (at + sizeof eight <= text.size()) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if (holds_escape(eight))
            break;
        at += sizeof eight;
    }
    while (at < text.size() && escapes[static_cast<unsigned char>(text[at])] == 0)
        ++at;
    return at;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t plain_from = 0;
    while (true) {
        const std::size_t plain_to = end_of_plain(text, plain_from);
        out.append(text, plain_from, plain_to - plain_from);
        if (plain_to == text.size())
            break;
        const auto byte = static_cast<unsigned char>(text[plain_to]);
        out += '\\';
        out += escapes[byte];
        if (escapes[byte] == 'u') {
            out += "00";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
        plain_from = plain_to + 1;
    }
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
