#include "core/protocol/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clarion::protocol {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080;

std::uint64_t load_word(const char* from) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

// The index of the first non-ASCII byte at or after `at`, or the size.
std::size_t skip_ascii(std::string_view bytes, std::size_t at) noexcept {
    constexpr std::size_t word = sizeof(std::uint64_t);
    while (bytes.size() - at >= 4 * word) {
        const char* from = bytes.data() + at;
        const std::uint64_t any = load_word(from) | load_word(from + word) |
                                  load_word(from + 2 * word) | load_word(from + 3 * word);
        if ((any & high_bits) != 0) {
            break;
        }
        at += 4 * word;
    }
    while (bytes.size() - at >= word && (load_word(bytes.data() + at) & high_bits) == 0) {
        at += word;
    }
    while (at < bytes.size() && static_cast<std::uint8_t>(bytes[at]) < 0x80) {
        ++at;
    }
    return at;
}

// The size of the valid sequence of several bytes that begins at `at`, or 0 when it is not whole or
// not valid; where exactly it fails is then found byte by byte.
std::size_t whole_sequence_bytes(std::string_view bytes, std::size_t at) noexcept {
    const std::size_t left = bytes.size() - at;
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint8_t>(bytes[at + i]);
    };
    const auto is_continuation = [&](std::size_t i) {
        return (byte(i) & 0xC0U) == 0x80;
    };
    const std::uint8_t lead = byte(0);
    if (lead >= 0xE0 && lead < 0xF0 && left >= 3) {
        const std::uint32_t first_16_bits = (std::uint32_t{lead} << 8U) | byte(1);
        const bool overlong = first_16_bits < 0xE0A0;
        const bool surrogate = first_16_bits >= 0xEDA0 && first_16_bits < 0xEE00;
        return !overlong && !surrogate && is_continuation(1) && is_continuation(2) ? 3 : 0;
    }
    if (lead >= 0xC2 && lead < 0xE0 && left >= 2) {
        return is_continuation(1) ? 2 : 0;
    }
    if (lead >= 0xF0 && left >= 4) {
        const std::uint32_t first_16_bits = (std::uint32_t{lead} << 8U) | byte(1);
        const bool in_planes = first_16_bits >= 0xF090 && first_16_bits < 0xF490;
        return in_planes && is_continuation(1) && is_continuation(2) && is_continuation(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

// RFC 3629 section 4, the grammar's UTF8-2, UTF8-3 and UTF8-4.
bool utf8_validator::begin_sequence(std::uint8_t lead) noexcept {
    if (lead < 0xC2 || lead > 0xF4) {
        return false;  // a continuation byte, an overlong pair, or beyond U+10FFFF
    }
    if (lead < 0xE0) {
        continuations_ = 1;
    } else if (lead < 0xF0) {
        continuations_ = 2;
        low_ = lead == 0xE0 ? 0xA0 : 0x80;   // overlong below
        high_ = lead == 0xED ? 0x9F : 0xBF;  // surrogates above
    } else {
        continuations_ = 3;
        low_ = lead == 0xF0 ? 0x90 : 0x80;   // overlong below
        high_ = lead == 0xF4 ? 0x8F : 0xBF;  // U+10FFFF is the last
    }
    return true;
}

std::size_t utf8_validator::feed(std::string_view bytes) noexcept {
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (continuations_ == 0) {
            if (static_cast<std::uint8_t>(bytes[at]) < 0x80) {
                at = skip_ascii(bytes, at);
                continue;
            }
            if (const std::size_t whole = whole_sequence_bytes(bytes, at); whole > 0) {
                at += whole;
                continue;
            }
            if (!begin_sequence(static_cast<std::uint8_t>(bytes[at]))) {
                return at;
            }
            ++at;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(bytes[at]);
        if (byte < low_ || byte > high_) {
            return at;
        }
        low_ = 0x80;
        high_ = 0xBF;
        --continuations_;
        ++at;
    }
    return at;
}

bool is_utf8(std::string_view bytes) noexcept {
    utf8_validator validator;
    return validator.feed(bytes) == bytes.size() && validator.is_complete();
}

std::size_t utf8_prefix_bytes(std::string_view bytes) noexcept {
    utf8_validator validator;
    std::size_t end = validator.feed(bytes);
    if (validator.is_complete()) {
        return end;
    }
    // Inside an unfinished sequence: step back over its continuation bytes, then over its lead.
    do {
        --end;
    } while ((static_cast<std::uint8_t>(bytes[end]) & 0xC0) == 0x80);
    return end;
}

}  // namespace clarion::protocol
