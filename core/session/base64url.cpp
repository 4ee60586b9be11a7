#include "core/session/base64url.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace clarion::session {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::int8_t not_in_alphabet = -1;

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(not_in_alphabet);
    for (std::size_t index = 0; index < alphabet.size(); ++index)
        values[static_cast<std::uint8_t>(alphabet[index])] = static_cast<std::int8_t>(index);
    return values;
}
constexpr std::array<std::int8_t, 256> values = make_values();

/// Bits on their way from groups of one width to groups of another.
struct bit_buffer {
    std::uint32_t bits = 0;
    unsigned count = 0;

    void add(std::uint32_t group, unsigned width) {
        bits = (bits << width) | group;
        count += width;
    }
    std::uint32_t take(unsigned width) {
        count -= width;
        const std::uint32_t group = bits >> count;
        bits &= (1U << count) - 1;
        return group;
    }
};

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    bit_buffer held;
    for (const char byte : bytes) {
        held.add(static_cast<std::uint8_t>(byte), 8);
        while (held.count >= 6)
            text += alphabet[held.take(6)];
    }
    if (held.count > 0)
        text += alphabet[held.bits << (6 - held.count)];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    // A single character of a group of four holds less than a byte.
    if (text.size() % 4 == 1)
        return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    bit_buffer held;
    for (const char c : text) {
        const std::int8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == not_in_alphabet)
            return std::nullopt;
        held.add(static_cast<std::uint32_t>(value), 6);
        if (held.count >= 8)
            bytes += static_cast<char>(held.take(8));
    }
    if (held.bits != 0)
        return std::nullopt;
    return bytes;
}

}  // namespace clarion::session
