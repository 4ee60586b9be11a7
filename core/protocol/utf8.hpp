#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::protocol {

/// Strict incremental UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. It
/// fails at the first byte after which no continuation could be valid, which RFC 6455 section 8.1
/// and the conformance suite's section 6.4 ask for, and which Unicode calls the maximal subpart.
class utf8_validator {
public:
    /// Reads `bytes` as the continuation of what was fed before and returns how many were
    /// acceptable: all of them, or the index of the first impossible byte. After an impossible byte
    /// the validator must be reset.
    [[nodiscard]] std::size_t feed(std::string_view bytes) noexcept;

    /// True when the bytes fed so far end with a whole code point.
    [[nodiscard]] bool is_complete() const noexcept { return continuations_ == 0; }

    void reset() noexcept { *this = utf8_validator{}; }

private:
    [[nodiscard]] bool begin_sequence(std::uint8_t lead) noexcept;

    // The state is what may come next: so many continuation bytes, the first of them within
    // [low_, high_]. Every rule about overlongs, surrogates and the upper end is a narrower range
    // for the second byte of a sequence.
    std::uint8_t continuations_ = 0;
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xBF;
};

[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// The length of the longest prefix of `bytes` that is valid and ends with a whole code point.
[[nodiscard]] std::size_t utf8_prefix_bytes(std::string_view bytes) noexcept;

}  // namespace clarion::protocol
